import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'

/** Longer than anything here takes, so that what hangs fails. */
const PATIENCE = 60_000

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string
  readonly agent?: Agent
}

export interface Received {
  readonly status: number
  /** Of a name that came more than once, all of them, joined. */
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  /** Without the encoding that it was sent in. */
  readonly body: Buffer
}

/** Asks, and reads all of the answer. Rejects when the connection breaks before its end. */
export async function ask(port: number, path: string, sent: Sent = {}): Promise<Received> {
  const response = await open(port, path, sent)
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array)) // no encoding is set
  const headers = Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]))
  const wire = Buffer.concat(chunks)
  return {
    status: response.statusCode ?? 0,
    headers,
    cookies: response.headers['set-cookie'] ?? [],
    body: headers['content-encoding'] === 'gzip' && wire.length > 0 ? gunzipSync(wire) : wire,
  }
}

/** Asks, and waits for the head of the answer. */
export async function open(port: number, path: string, sent: Sent = {}): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, body, agent } = sent
  const signal = AbortSignal.timeout(PATIENCE)
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: { 'accept-encoding': 'gzip', ...headers },
    agent: agent ?? false,
    signal,
  })
  if (headers['expect'] === '100-continue') {
    request.flushHeaders()
    await once(request, 'continue', { signal })
  }
  request.end(body)
  // The type of what 'once' gives is not known to the compiler.
  const [response] = (await once(request, 'response', { signal })) as [IncomingMessage]
  return response
}

/** Sends bytes as they are, and reads what comes until the server ends the connection. */
export async function raw(port: number, text: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.setTimeout(PATIENCE, () => socket.destroy(new Error('The server went silent')))
  socket.write(text)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(Buffer.from(chunk as Uint8Array)) // no encoding is set
  return Buffer.concat(chunks).toString('latin1')
}

/** An agent that keeps its connections, for many requests. */
export function keepAlive(connections: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: connections })
}

/** What a body of JSON says, which is an object. */
export function objectIn(json: Buffer | string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json.toString())
  if (typeof value !== 'object' || value === null) throw new Error('The body is no JSON object')
  return { ...value }
}

/** Waits until something holds. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const late = AbortSignal.timeout(PATIENCE)
  while (!(await holds())) {
    if (late.aborted) throw new Error(`Waited in vain for ${what}`)
    await setTimeout(2)
  }
}
