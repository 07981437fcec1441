import type http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type stream from 'node:stream'
import type { AnswerAgain } from '../exchange.ts'
import { ask, detachedSocket, type SocketFacts, socketFacts } from './detached-socket.ts'
import { askedHeaders, type RawHeaders, readHeaders } from './request-headers.ts'

/** A request of Node.js, as it came. */
export interface CameRequest {
  readonly request: IncomingMessage
  /** Before any router took a part of it away. */
  readonly target: string
  readonly rawHeaders: RawHeaders
}

/**
 * Asks once more by the server that a request came through, which gives another pair of a request and a response to whoever
 * listens. Nothing here is imported from Node.js: edges load this file, too.
 *
 * @returns undefined where the request came through none.
 */
export function againByServer({ request, target, rawHeaders }: CameRequest): AnswerAgain | undefined {
  const modules = nodeModules()
  const facts = socketFacts(request.socket)
  const { server } = facts
  if (modules === undefined || !isServer(server)) return undefined
  const isOld = request.httpVersionMajor === 1 && request.httpVersionMinor === 0
  const asked: AskedRequest = {
    method: request.method ?? 'GET',
    url: target,
    minor: isOld ? 0 : 1,
    rawHeaders: askedHeaders(rawHeaders),
    joinAll: ask(request, 'joinDuplicateHeaders') === true,
  }
  return async (note) => await serve({ server, modules, facts, asked, note })
}

interface AskedRequest {
  readonly method: string
  readonly url: string
  /** Of HTTP/1. */
  readonly minor: 0 | 1
  readonly rawHeaders: RawHeaders
  readonly joinAll: boolean
}

interface Serving {
  readonly server: Server
  readonly modules: Modules
  readonly facts: SocketFacts
  readonly asked: AskedRequest
  readonly note: (request: object) => void
}

async function serve({ server, modules, facts, asked, note }: Serving): Promise<void> {
  const socket = detachedSocket(modules.stream.Duplex, facts)
  const request = fill(new modules.http.IncomingMessage(socket), asked)
  const response = new modules.http.ServerResponse(request)
  response.assignSocket(socket)
  const ended = new Promise<void>((resolve) => response.once('close', resolve))
  endAsServersDo(request, response)
  try {
    note(request)
    server.emit('request', request, response)
  } catch {
    // Of a real request it would be the process's end, and will be when one comes.
    response.destroy()
  }
  // As the parser does: a request is complete after its head was told.
  request.complete = true
  request.push(null)
  await ended
}

function fill(request: IncomingMessage, { method, url, minor, rawHeaders, joinAll }: AskedRequest): IncomingMessage {
  const { headers, distinct } = readHeaders(rawHeaders, joinAll)
  return Object.assign(request, {
    ...{ method, url, headers, headersDistinct: distinct, rawHeaders: [...rawHeaders] },
    ...{ httpVersion: `1.${minor}`, httpVersionMajor: 1, httpVersionMinor: minor },
  })
}

function endAsServersDo(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  // Where a response asks for time, Node.js notes it where nobody else can take it away again.
  Object.defineProperty(response, 'writableNeedDrain', {
    configurable: true,
    get: () => !response.destroyed && !response.writableEnded && socket.writableNeedDrain,
  })
  socket.on('drain', () => {
    if (!response.writableEnded) response.emit('drain')
  })
  response.once('finish', () => {
    // Whoever waits for the body of the request finds its end.
    request.resume()
    socket.destroy()
  })
  socket.once('close', () => {
    if (!response.writableFinished) request.destroy()
  })
}

interface Server {
  emit(name: 'request', request: IncomingMessage, response: ServerResponse): unknown
}

/** Somebody listens to it for requests. */
function isServer(server: unknown): server is Server {
  if (typeof server !== 'object' || server === null) return false
  const { emit, listenerCount } = server as Partial<NodeJS.EventEmitter> // What is looked at is asked for its type.
  return typeof emit === 'function' && typeof listenerCount === 'function' && listenerCount.call(server, 'request') > 0
}

interface Modules {
  readonly http: typeof http
  readonly stream: typeof stream
}

function nodeModules(): Modules | undefined {
  const { process } = globalThis as Partial<typeof globalThis> // Edges have none.
  if (typeof process?.getBuiltinModule !== 'function') return undefined
  return { http: process.getBuiltinModule('node:http'), stream: process.getBuiltinModule('node:stream') }
}
