import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Answer {
  readonly status: number
  readonly message: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks, and reads all of the answer. Unlike fetch it sends any host, and rejects when the connection breaks. */
export async function ask(port: number, path = '/', { method = 'GET', headers = {} }: Sent = {}): Promise<Answer> {
  const options = { host: '127.0.0.1', port, path, method, headers, agent: false, timeout: 15_000 }
  const request = httpRequest(options).end()
  request.on('timeout', () => request.destroy(new Error('The server went silent')))
  // The type of what 'once' gives is not known to the compiler.
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const { statusCode: status = 0, statusMessage: message = '', headers: received } = response
  return { status, message, headers: received, body: await text(response) }
}
