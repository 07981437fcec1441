import type { Redis } from 'ioredis'

/**
 * Lets a client connect again after a connection that was closed while it was set up: where no ready check is made,
 * ioredis 5 then takes the closed connection for a ready one, and so never makes another. ioredis 6 does not.
 */
export function withoutFalseReady(client: Redis): Redis {
  let gone: 'reconnecting' | 'end' | undefined
  client.on('connecting', () => (gone = undefined))
  client.on('reconnecting', () => (gone = 'reconnecting'))
  client.on('end', () => (gone = 'end'))
  client.on('ready', () => {
    // It connects only from a status that says that it is not connected.
    if (gone !== undefined) client.status = gone
  })
  return client
}
