import type { RedisOptions } from 'ioredis'

/**
 * Options of our own clients. No command waits in a queue of ioredis or is sent again by it, and nothing that a given
 * client was set up with (a key prefix, timeouts of its own, other shapes of replies) changes what we send or receive.
 */
export function ownOptions(
  connectionName: string,
  connectTimeout: number,
  pause: () => number,
  protocol?: 2,
): RedisOptions & { readonly replyMapping: 'legacy' } {
  return {
    connectionName,
    connectTimeout,
    disconnectTimeout: DISCONNECT_MS,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: pause,
    // A master that was demoted, or will be: the next connection resolves the name, or asks Sentinel, again.
    reconnectOnError: (error) => /^(READONLY|NOREPLICAS) /.test(error.message),
    role: 'master',
    readOnly: false,
    monitor: false,
    keyPrefix: '',
    noDelay: true,
    keepAlive: 10_000,
    stringNumbers: false,
    replyMapping: 'legacy',
    ...(protocol !== undefined && { protocol }),
    commandTimeout: undefined,
    socketTimeout: undefined,
    himportFieldsets: undefined,
    scripts: undefined,
  }
}

/** How long a server may take to close its side before the socket is destroyed. */
const DISCONNECT_MS = 100
