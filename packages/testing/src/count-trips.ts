import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { atAddress, redisTarget } from './redis-target.ts'
import { TripMeter } from './trip-meter.ts'

/** A proxy in front of a Redis that counts round trips. */
export interface TripCounter extends AsyncDisposable {
  /** The URL of the Redis with the proxy's address: give it to the client. */
  readonly url: string
  /**
   * Round trips since the last `reset()`, of all connections together. A trip begins when a client sends although it
   * is owed no reply; whatever it sends before the last of the replies has come belongs to the same trip. Messages that
   * nobody asked for begin and end none. Connecting costs trips too: reset after the first command.
   */
  trips(): number
  /** Counts from 0 again. */
  reset(): void
  /** Ends the proxy and the connections through it; may be called again. */
  close(): Promise<void>
}

/**
 * Starts a proxy on a free port of 127.0.0.1.
 *
 * @param url of the Redis behind it, `redis://[user:password@]host[:port][/database]`.
 * @throws RedstartError `INVALID_ARGUMENT` for another URL.
 */
export async function countTrips(url: string): Promise<TripCounter> {
  const target = redisTarget(url)
  const sockets = new Set<Socket>()
  let trips = 0
  const server = createServer({ noDelay: true }, (client) => {
    const redis = connect({ host: target.host, port: target.port, noDelay: true })
    const meter = new TripMeter(() => (trips += 1))
    join(client, redis, (chunk) => meter.sent(chunk))
    join(redis, client, (chunk) => meter.received(chunk))
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    }
  })
  server.listen(0, target.host === '::1' ? '::1' : '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server's address is never a pipe's name.
  const { address, port } = server.address() as AddressInfo

  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    url: atAddress(url, address.includes(':') ? `[${address}]` : address, port),
    trips: () => trips,
    reset: () => void (trips = 0),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Hands everything on from one socket to the other, in order and with back-pressure; each ends with the other. */
function join(from: Socket, to: Socket, look: (chunk: Buffer) => void): void {
  from.on('data', (chunk) => {
    look(chunk)
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('error', () => to.destroy())
  from.on('close', () => to.end())
}
