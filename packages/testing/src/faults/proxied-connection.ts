import type { Socket } from 'node:net'
import type { Clock } from '@redstart/core'
import { breakOff, closeNow } from './break-off.ts'
import { type Faults, streamFaults } from './faults.ts'
import { Lane } from './lane.ts'

/** One connection through a proxy. */
export interface ProxiedConnection {
  /** Puts other faults in the place of those before. */
  set(faults: Faults): void
  /** Ends both sides at once. */
  kill(): void
  /** Resolves when no side is open any more. */
  readonly closed: Promise<void>
}

/** What a connection is made of. */
export interface ProxiedConnectionOptions {
  readonly client: Socket
  /** Connects to the server; not called where the faults leave the client without one. */
  readonly connect: () => Socket
  readonly faults: Faults
  readonly seed: number
  /** Counted from 0: each connection draws numbers of its own. */
  readonly number: number
  readonly clock: Clock
}

/** Begins to hand on what the two sides send to each other. Both sockets have to allow half-open connections. */
export function proxiedConnection(options: ProxiedConnectionOptions): ProxiedConnection {
  const { client, connect, faults } = options
  const severed = faults.reset === true || faults.halfOpen === true
  const server = severed ? undefined : connect()
  const sockets = server === undefined ? [client] : [client, server]
  const closed = Promise.all(sockets.map(closing)).then(() => {})
  const lanes =
    server === undefined ? undefined : openLanes(options, server, (sender, receiver) => cut(sender, receiver))

  const closeLanes = (): void => {
    lanes?.toServer.close()
    lanes?.toClient.close()
  }
  const cut = (sender: Socket, receiver: Socket): void => {
    closeLanes()
    closeNow(sender)
    receiver.end()
  }
  const leave = (): void => void client.destroy()
  const orphan = (): void => {
    closeLanes()
    server?.destroy()
    client.off('end', leave).once('end', leave)
    client.resume()
  }
  const set = (next: Faults): void => {
    if (next.reset) {
      closeLanes()
      sockets.forEach(breakOff)
    } else if (next.halfOpen) orphan()
    else {
      lanes?.toServer.set(streamFaults(next, 'toServer'))
      lanes?.toClient.set(streamFaults(next, 'toClient'))
    }
  }
  if (severed) set(faults)
  return {
    closed,
    set,
    kill() {
      closeLanes()
      sockets.forEach(closeNow)
    },
  }
}

async function closing(socket: Socket): Promise<void> {
  // What failed is told by the 'close' that follows.
  socket.on('error', () => {})
  await new Promise((resolve) => void socket.once('close', resolve))
}

function openLanes(
  { client, faults, seed, number, clock }: ProxiedConnectionOptions,
  server: Socket,
  onCut: (sender: Socket, receiver: Socket) => void,
): { readonly toServer: Lane; readonly toClient: Lane } {
  const lane = (from: Socket, to: Socket, direction: 'toServer' | 'toClient'): Lane =>
    new Lane({
      from,
      to,
      faults: streamFaults(faults, direction),
      seed,
      number: number * 2 + (direction === 'toServer' ? 0 : 1),
      clock,
      onCut: () => onCut(from, to),
    })
  return { toServer: lane(client, server, 'toServer'), toClient: lane(server, client, 'toClient') }
}
