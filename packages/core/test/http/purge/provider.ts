import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request that arrived. */
export interface Arrived {
  readonly method: string
  readonly target: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Provider extends AsyncDisposable {
  readonly url: string
  readonly arrived: readonly Arrived[]
}

/** A server that takes note of what arrives, over real HTTP. @param answer the n-th one, from 0; default: 200 and success. */
export async function provider(answer: (n: number, response: ServerResponse) => void = succeed): Promise<Provider> {
  const arrived: Arrived[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { method = '', url: target = '', headers } = request
      answer(arrived.push({ method, target, headers, body }) - 1, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // that of TCP
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export function succeed(_: number, response: ServerResponse): void {
  response.end('{"success":true,"status":"ok"}')
}
