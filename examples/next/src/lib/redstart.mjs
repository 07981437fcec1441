import { randomBytes, randomUUID } from 'node:crypto'
import { redis } from '@redstart/core/redis'
import { sharedRedstart } from '@redstart/next'
import { NAMESPACES, POLICIES } from '@redstart-example/express'

/**
 * The one instance of this process: what Next.js caches, the sessions and the limits. With the `app`, the keys and the Redis of
 * the other apps of the restaurants, what one of them invalidates is gone in all, and one log-in holds for all.
 *
 * @type {import('@redstart-example/express').RestaurantRedstart}
 */
const redstart = sharedRedstart(() => {
  const { REDIS_URL = '', DATABASE_URL = '', RESTAURANT_APP = '' } = process.env
  const keys = process.env['REDSTART_KEYS'] || process.env['SESSION_ENCRYPTION_KEY']
  // A cache belongs to one database: who has one of their own, which is gone at the end, has keys of their own.
  const app = RESTAURANT_APP || (DATABASE_URL === '' ? `restaurant-${randomUUID().slice(0, 8)}` : 'restaurant')
  const options = { app, namespaces: NAMESPACES, policies: POLICIES }
  // In memory, sessions end with the process, and so may their key.
  if (REDIS_URL === '') return { ...options, keys: keys || randomBytes(32).toString('base64') }
  return { ...options, backend: redis(REDIS_URL), ...(keys && { keys }) }
})

export default redstart
