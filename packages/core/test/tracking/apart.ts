import { Redis } from 'ioredis'
import type { Backend } from '../../src/index.ts'
import { ownOptions } from '../../src/redis/client-options.ts'
import { connectedCacheStore } from '../../src/redis/connected.ts'
import { settingsOf } from '../../src/redis/target.ts'

const CONNECT_TIMEOUT_MS = 300

/** Redis, with the connection that tells changes going another way than all others. */
export function trackedThrough(port: number, trackingPort: number): Backend {
  const settings = {
    ...settingsOf({ port, connectTimeout: CONNECT_TIMEOUT_MS, breaker: { openFor: '50ms', longest: '100ms' } }),
    client: (pause: () => number, _address?: unknown, protocol?: 2) =>
      new Redis({
        ...ownOptions('redstart', CONNECT_TIMEOUT_MS, pause, protocol),
        host: '127.0.0.1',
        port: protocol === 2 ? trackingPort : port,
      }),
  }
  return { name: 'redis', cache: (context) => connectedCacheStore(settings, context) }
}
