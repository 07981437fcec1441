import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { Capture, HttpPolicy } from '../../src/http/index.ts'
import { NodeExchange, runPolicies, usePolicy } from '../../src/node-http/index.ts'

/** A request of node:http. */
export class PlainExchange extends NodeExchange {
  get target(): string {
    return this.request.url ?? '/'
  }

  get host(): string | undefined {
    return this.request.headers.host
  }

  get secure(): boolean {
    return false
  }

  get address(): string | undefined {
    return this.peer
  }
}

export type Handle = (request: IncomingMessage, response: ServerResponse, exchange: PlainExchange) => unknown

/** Has a server of node:http listen until the test ends. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  // A server that listens on TCP has an address of this kind.
  return (server.address() as AddressInfo).port
}

/** Serves every request by this handler. */
export async function serve(handle: Handle, options: Parameters<typeof createServer>[0] = {}): Promise<number> {
  return await listen(createServer(options, (...pair) => void handle(...pair, new PlainExchange(...pair))))
}

type Settle = NonNullable<HttpPolicy<undefined>['settle']>

/** Serves every request by this handler, behind policies that settle as they are told, the last one first. */
export async function settled(settles: readonly Settle[], handle: Handle): Promise<number> {
  return await listen(createServer((...pair) => void listener(settles, handle)(...pair)))
}

/** What serves them so. */
export function listener(settles: readonly Settle[], handle: Handle) {
  const uses = settles.map((settle) =>
    usePolicy<undefined, IncomingMessage>({
      name: 'settling',
      decide: () => ({ type: 'next', state: undefined }),
      settle,
    }),
  )
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('x-before', 'before')
    const exchange = new PlainExchange(request, response)
    const run = { uses, context: request, exchange, response, heldBytes: 1024 * 1024, failed: () => {} }
    if ((await runPolicies(run)) !== 'replied') await handle(request, response, exchange)
  }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** Waits for the head of an answer. */
export async function open(port: number, options: RequestOptions = {}): Promise<IncomingMessage> {
  const sent = httpRequest({ host: '127.0.0.1', port, agent: false, ...options })
  sent.end()
  // The type of what 'once' gives is not known to the compiler.
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return response
}

/** Reads all of an answer. */
export async function ask(port: number, options: RequestOptions = {}): Promise<Answer> {
  const response = await open(port, options)
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) }
}

/** Sends bytes as they are, and reads what comes until the server ends the connection. */
export async function raw(port: number, sent: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.write(sent)
  return (await buffer(socket)).toString('latin1')
}

/** One connection that stays. */
export function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  return agent
}

/** What a capture was shown, and how it ended. */
export interface Seen {
  body: string
  readonly ends: string[]
}

export function seen(): Seen & { readonly capture: Capture } {
  const all: Seen = { body: '', ends: [] }
  const capture: Capture = {
    write: (chunk) => void (all.body += Buffer.from(chunk).toString()),
    finish: () => void all.ends.push('finished'),
    abort: () => void all.ends.push('aborted'),
  }
  return Object.assign(all, { capture })
}
