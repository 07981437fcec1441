import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How many ports after the wished one are tried. */
const ATTEMPTS = 20

/** A server that listens. */
export interface Listening {
  readonly server: Server
  readonly port: number
}

/**
 * Listens on 127.0.0.1, on the wished port or the next one that is free.
 *
 * @param wished from `PORT`; 3000 when it is not set.
 * @throws Error when `PORT` is no port, or when none of the next twenty is free.
 */
export async function listen(listener: RequestListener, wished: string | undefined): Promise<Listening> {
  const first = portOf(wished)
  for (let port = first; port < first + ATTEMPTS && port <= 65_535; port += 1) {
    const server = await tryPort(listener, port)
    if (server !== undefined) return { server, port: portOn(server) }
    console.log(`Port ${port} is taken.`)
  }
  throw new Error(`No free port from ${first} on; set PORT to another one`)
}

function portOf(wished: string | undefined): number {
  if (wished === undefined || wished === '') return 3000
  const port = Number(wished)
  if (/^\d{1,5}$/.test(wished) && port <= 65_535) return port
  throw new Error(`PORT is ${JSON.stringify(wished.slice(0, 40))}; expected a number from 0 to 65535`)
}

/** The address of a server that listens on TCP. */
function portOn(server: Server): number {
  // Only servers on pipes have a string for an address, and none is null while it listens.
  return (server.address() as AddressInfo).port
}

function tryPort(listener: RequestListener, port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(listener)
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(port, '127.0.0.1', () => {
      server.removeAllListeners('error')
      resolve(server)
    })
  })
}
