import type { Socket } from 'node:net'

/** Sockets that will close by themselves. */
const breaking = new WeakSet<Socket>()

/**
 * Breaks a connection on the wire (TCP RST). Node.js never closes a socket that is reset while its end is still on its
 * way: one that has bytes or an end to send is destroyed instead, and the peer may see it end.
 */
export function breakOff(socket: Socket): void {
  if (breaking.has(socket)) return
  if (socket.connecting || socket.writableEnded || socket.writableLength > 0) socket.destroy()
  else {
    breaking.add(socket)
    socket.resetAndDestroy()
  }
}

/** Closes a socket at once, unless it is closing by itself: a second attempt would keep it open for good. */
export function closeNow(socket: Socket): void {
  if (!breaking.has(socket)) socket.destroy()
}
