import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Redis } from 'ioredis'
import { type RestAnswer, runRest } from './rest-commands.ts'
import type { RestFault } from './rest-fault.ts'

/** What requests share. */
export interface RestState {
  readonly redis: Redis
  readonly token: string
  requests: number
  fault?: RestFault | undefined
  /** Lets go of requests that are held. */
  readonly held: (() => void)[]
}

/** Answers one request. */
export async function answerRest(state: RestState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  state.requests += 1
  const { fault } = state
  const body = await textOf(request)
  if (body === undefined) return
  if (typeof fault === 'object') return send(response, fault.status, fault.body)
  if (fault === 'stall') await released(state)
  // Nobody waits for it any more: a service would not begin with it, either.
  if (fault === 'stall' && request.socket.destroyed) return
  const { status, answer } = await answerTo(state, request, body)
  if (fault === 'late') await released(state)
  const text = JSON.stringify(answer)
  if (fault !== 'cut') return send(response, status, text)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}

async function answerTo({ redis, token }: RestState, request: IncomingMessage, body: string): Promise<RestAnswer> {
  const { method, url = '/', headers } = request
  if (headers.authorization !== `Bearer ${token}`) return { status: 401, answer: { error: 'Unauthorized' } }
  if (method !== 'POST') return { status: 405, answer: { error: 'ERR method not allowed' } }
  return await runRest(redis, url, body, headers['upstash-encoding'] === 'base64')
}

/** Undefined for one that broke off. */
async function textOf(request: IncomingMessage): Promise<string | undefined> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer) // no encoding was set
    return Buffer.concat(chunks).toString()
  } catch {
    return undefined
  }
}

function released(state: RestState): Promise<void> {
  return new Promise((resolve) => state.held.push(resolve))
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}
