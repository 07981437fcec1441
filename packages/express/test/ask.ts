import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'

/** The body of the answer. Unlike fetch it sends any host. */
export async function ask(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<string> {
  const request = httpRequest({ host: '127.0.0.1', port, path, headers, agent: false, timeout: 10_000 }).end()
  // The type of what 'once' gives is not known to the compiler.
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return await text(response)
}
