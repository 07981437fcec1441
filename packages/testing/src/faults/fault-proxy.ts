import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { systemClock } from '@redstart/core'
import { atAddress, redisTarget } from '../redis-target.ts'
import { type Faults, streamFaults } from './faults.ts'
import { type ProxiedConnection, proxiedConnection } from './proxied-connection.ts'

/** How a proxy begins. */
export interface FaultProxyOptions {
  /**
   * Those of the beginning.
   * @default none
   */
  readonly faults?: Faults
  /**
   * Of the numbers drawn for jitter and corruption: the same seed draws the same ones for each connection, in the order
   * in which they are accepted. Whole, 0 to 4294967295.
   * @default a random one
   */
  readonly seed?: number
}

/** A proxy on loopback that makes the network bad. */
export interface FaultProxy extends AsyncDisposable {
  /** The URL of the server with the proxy's address: give it to the client. */
  readonly url: string
  readonly port: number
  /** To be told with a failure, so that it can be had again. */
  readonly seed: number
  /**
   * Puts other faults in the place of those before, for the connections that are open and for later ones.
   *
   * @throws RedstartError `INVALID_ARGUMENT` when a number is out of its range; the faults then stay as they were.
   */
  set(faults: Faults): void
  /** Takes all faults back: what was held passes at once. */
  clear(): void
  /** How many connections are open, on one side at least. */
  connections(): number
  /** Ends the open connections at once on both sides; new ones are accepted. */
  killAll(): void
  /** Ends the proxy and its connections; may be called again. */
  stop(): Promise<void>
}

/**
 * Starts a proxy on a free port of loopback in front of one server. It hands bytes on without looking at them, TLS as
 * well, and without faults as fast as they come: an end of one side reaches the other as an end, a failure as a reset.
 *
 * @param url of the server, `redis:` or `rediss:`, `//[user:password@]host[:port][/database]`. The server may come and go.
 * @throws RedstartError `INVALID_ARGUMENT` for another URL or a number out of its range.
 */
export async function faultProxy(url: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { host, port } = redisTarget(url.replace(/^rediss:/, 'redis:'))
  const seed = options.seed ?? randomInt(2 ** 32)
  const connections = new Set<ProxiedConnection>()
  const clock = systemClock()
  let faults = checked(options.faults ?? {})
  let accepted = 0
  const accept = (client: Socket): void => {
    const connection = proxiedConnection({
      client,
      connect: () => connect({ host, port, noDelay: true, allowHalfOpen: true }),
      faults,
      seed,
      number: accepted++,
      clock,
    })
    connections.add(connection)
    void connection.closed.then(() => connections.delete(connection))
  }
  const set = (next: Faults): void => {
    faults = checked(next)
    for (const connection of connections) connection.set(faults)
  }
  const killAll = (): void => {
    for (const connection of connections) connection.kill()
  }
  const server = await listen(host === '::1' ? '::1' : '127.0.0.1', accept)
  // A listening TCP server's address is never a pipe's name.
  const own = server.address() as AddressInfo
  const stop = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    const open = [...connections]
    killAll()
    await Promise.all([closed, ...open.map(async (connection) => await connection.closed)])
  }
  return {
    url: atAddress(url, own.family === 'IPv6' ? `[${own.address}]` : own.address, own.port),
    port: own.port,
    seed,
    set,
    clear: () => set({}),
    connections: () => connections.size,
    killAll,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function listen(address: string, accept: (client: Socket) => void): Promise<Server> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, accept)
  server.listen(0, address)
  await once(server, 'listening')
  return server
}

/** A copy that no caller can change, and that is in range. */
function checked(faults: Faults): Faults {
  return {
    toServer: streamFaults(faults, 'toServer'),
    toClient: streamFaults(faults, 'toClient'),
    ...(faults.reset && { reset: true }),
    ...(faults.halfOpen && { halfOpen: true }),
  }
}
