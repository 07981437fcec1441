import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { NAMESPACES } from './caches/caches.ts'

/** Part of every key in Redis. */
const APP = 'restaurant'

/**
 * The cache as the example uses it: in memory, or over the Redis of `REDIS_URL` when that is set.
 *
 * @throws RedstartError `INVALID_ARGUMENT` when `REDIS_URL` is no URL of a Redis.
 */
export function cacheFromEnv(env: NodeJS.ProcessEnv): { readonly redstart: Redstart; readonly description: string } {
  const url = env['REDIS_URL'] ?? ''
  const options = { app: APP, namespaces: NAMESPACES }
  if (url === '')
    return {
      redstart: createRedstart(options),
      description: 'in memory; REDIS_URL=redis://127.0.0.1:6379 shares it between processes',
    }
  return { redstart: createRedstart({ ...options, backend: redis(url) }), description: 'Redis at REDIS_URL' }
}
