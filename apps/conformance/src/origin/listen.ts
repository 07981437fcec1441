import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import handleConfig from 'http-cache-tests/server/handle-config.mjs'
import handleState from 'http-cache-tests/server/handle-state.mjs'
import { stash } from 'http-cache-tests/server/utils.mjs'

/** A server of this process; `base` is what its addresses begin with. */
export interface Listening {
  readonly base: string
  close(): Promise<void>
}

/** Serves an application, and beside it what the suite's client tells its server before a test and asks it after. */
export async function listen(application: RequestListener): Promise<Listening> {
  const server = createServer((request, response) => {
    const [, first, ...path] = (request.url ?? '/').split('/')
    if (first === 'config') handleConfig(path, request, response)
    else if (first === 'state') answerState(path, request, response)
    else application(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address !== 'object') throw new Error('The server has no port')
  return {
    base: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeAllConnections()
      }),
  }
}

/** That of a test none of whose requests was let through is no cause for a warning on the console. */
function answerState(path: readonly string[], request: IncomingMessage, response: ServerResponse): void {
  if (stash.has(path[0] ?? '')) handleState(path, request, response)
  else response.writeHead(404).end()
}
