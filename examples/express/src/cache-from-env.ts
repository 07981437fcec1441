import { randomUUID } from 'node:crypto'
import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { NAMESPACES } from './caches/caches.ts'

/**
 * The cache as the example uses it: in memory, or over the Redis of `REDIS_URL` when that is set.
 *
 * A cache belongs to one database: processes share it when they share the server of `DATABASE_URL`. One with a database
 * of its own, which is gone at its end, has keys of its own.
 *
 * @throws RedstartError `INVALID_ARGUMENT` when `REDIS_URL` is no URL of a Redis.
 */
export function cacheFromEnv(env: NodeJS.ProcessEnv): { readonly redstart: Redstart; readonly description: string } {
  const sharesDatabase = (env['DATABASE_URL'] ?? '') !== ''
  const app = sharesDatabase ? 'restaurant' : `restaurant-${randomUUID().slice(0, 8)}`
  const url = env['REDIS_URL'] ?? ''
  if (url === '') {
    const description = 'in memory; REDIS_URL=redis://127.0.0.1:6379 keeps it in Redis'
    return { redstart: createRedstart({ app, namespaces: NAMESPACES }), description }
  }
  const redstart = createRedstart({ app, namespaces: NAMESPACES, backend: redis(url) })
  const sharing = sharesDatabase ? 'shared with all who use both' : 'not shared, since the database is not'
  return { redstart, description: `Redis at REDIS_URL, ${sharing}` }
}
