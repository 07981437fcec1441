import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'

/** A TCP server that tells what it hears. */
export interface Peer extends AsyncDisposable {
  readonly url: string
  /** The connections that it accepted, in order. */
  readonly sockets: readonly Recorded[]
}

/** One end of a connection, and what happened to it. */
export interface Recorded {
  readonly socket: Socket
  /** Everything that arrived. */
  bytes(): Buffer
  /** What became of it: the other end ended it, reset it, or nothing yet. */
  fate(): 'open' | 'ended' | 'reset'
}

/** Starts a server on a free port of 127.0.0.1 that answers with what `reply` makes of each piece. */
export async function startPeer(reply?: (bytes: Buffer) => Buffer): Promise<Peer> {
  const sockets: Recorded[] = []
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(record(socket))
    if (reply !== undefined) socket.on('data', (bytes: Buffer) => socket.write(reply(bytes)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `redis://127.0.0.1:${port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const { socket } of sockets) socket.destroy()
      await closed
    },
  }
}

/** Connects to a port of 127.0.0.1, and resolves when that succeeded, or failed as `fate()` then says. */
export async function dial(port: number): Promise<Recorded & Disposable> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true })
  const recorded = record(socket)
  await once(socket, 'connect').catch(() => {})
  return { ...recorded, [Symbol.dispose]: () => void socket.destroy() }
}

/** Resolves when the condition holds, and fails after `ms` milliseconds. */
export async function eventually(condition: () => boolean, ms = 5000): Promise<void> {
  const deadline = performance.now() + ms
  while (!condition() && performance.now() < deadline) await setTimeout(5)
  expect(condition(), String(condition)).toBe(true)
}

function record(socket: Socket): Recorded {
  const pieces: Buffer[] = []
  let fate: 'open' | 'ended' | 'reset' = 'open'
  socket.on('data', (bytes: Buffer) => pieces.push(bytes))
  socket.on('end', () => (fate = 'ended'))
  socket.on('error', () => (fate = 'reset'))
  return { socket, bytes: () => Buffer.concat(pieces), fate: () => fate }
}
