import { type Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

/** An answer of the app. */
export interface Reply {
  readonly status: number
  /** `x-cache`, empty where there is none. */
  readonly cache: string
  readonly body: unknown
}

/** How long an answer is waited for, in ms: far longer than one may take, so that a busy machine is told from a hang. */
const PATIENCE = 20_000

/** Sends one request over connections that are kept, the body as JSON. */
export async function ask(agent: Agent, method: string, url: string, body?: unknown): Promise<Reply> {
  for (;;) {
    const reply = await attempt(agent, method, url, body)
    if (reply !== undefined) return reply
  }
}

/** Undefined when the server closed a kept connection just then, as it may do with one that was idle for long. */
function attempt(agent: Agent, method: string, url: string, body: unknown): Promise<Reply | undefined> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const outgoing = request(url, { agent, method, headers, signal: AbortSignal.timeout(PATIENCE) }, (response) =>
      resolve(received(response)),
    )
    outgoing.once('error', (error: NodeJS.ErrnoException) =>
      outgoing.reusedSocket && error.code === 'ECONNRESET' ? resolve(undefined) : reject(error),
    )
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function received(response: IncomingMessage): Promise<Reply> {
  const body: unknown = JSON.parse(await text(response))
  return { status: response.statusCode ?? 0, cache: String(response.headers['x-cache'] ?? ''), body }
}
