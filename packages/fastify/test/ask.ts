import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'

/** An answer as it came over a connection of its own; the order of its headers says nothing. */
export interface Answer {
  readonly status: string
  readonly headers: readonly string[]
  readonly body: string
  readonly trailers: NodeJS.Dict<string>
}

export async function ask(port: number, method: string, path: string): Promise<Answer> {
  const options = { host: '127.0.0.1', port, path, method, agent: false, timeout: 10_000, headers: { te: 'trailers' } }
  const request = httpRequest(options).end()
  request.on('timeout', () => request.destroy(new Error('The server went silent')))
  // The type of what 'once' gives is not known to the compiler.
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const { statusCode, statusMessage, rawHeaders } = response
  const headers = rawHeaders.flatMap((name, n) =>
    n % 2 === 0 && name !== 'Date' ? [`${name}: ${rawHeaders[n + 1]}`] : [],
  )
  const body = await text(response)
  return { status: `${statusCode} ${statusMessage}`, headers: headers.sort(), body, trailers: response.trailers }
}
