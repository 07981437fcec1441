import { randomBytes, randomUUID } from 'node:crypto'
import { createRedstart } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { redis } from '@redstart/core/redis'
import { NAMESPACES } from './caches/caches.ts'
import { SIGN_INS } from './fill/fill-sign-ins.ts'
import { POLICIES, type RestaurantRedstart } from './limits/policies.ts'

/** An instance, and what it is, for people. */
export interface FromEnv {
  readonly redstart: RestaurantRedstart
  /** What its keys begin with. */
  readonly app: string
  /** Another instance over the same, for another app in this process. */
  another(): RestaurantRedstart
  /** Where the cache is. */
  readonly description: string
  /** Whether anybody can sign in. */
  readonly signIn: string
}

/**
 * The cache as the example uses it: in memory, or over the Redis of `REDIS_URL` when that is set. Sessions are there as
 * well; in Redis they need `REDSTART_KEYS`, or `SESSION_ENCRYPTION_KEY`.
 *
 * A cache belongs to one database: processes share it when they share the server of `DATABASE_URL`. One with a database
 * of its own, which is gone at its end, has keys of its own.
 *
 * @param sharedApp what the keys of a process begin with whose database this one has as well.
 * @throws RedstartError `INVALID_ARGUMENT` when `REDIS_URL` is no URL of a Redis, or `REDSTART_KEYS` is no key.
 */
export function cacheFromEnv(env: NodeJS.ProcessEnv, sharedApp?: string): FromEnv {
  const sharesDatabase = (env['DATABASE_URL'] ?? '') !== ''
  const app = sharedApp ?? (sharesDatabase ? 'restaurant' : `restaurant-${randomUUID().slice(0, 8)}`)
  const given = env['REDSTART_KEYS'] || env['SESSION_ENCRYPTION_KEY'] || undefined
  const url = env['REDIS_URL'] ?? ''
  if (url === '') {
    const description = 'in memory; REDIS_URL=redis://127.0.0.1:6379 keeps it in Redis'
    // Sessions in memory end with the process, and so may their key.
    const keys = given ?? randomBytes(32).toString('base64')
    const options = { app, namespaces: NAMESPACES, policies: POLICIES, keys, backend: memory() }
    const another = (): RestaurantRedstart => createRedstart(options)
    return { redstart: another(), another, app, description, signIn: SIGN_IN }
  }
  const backend = redis(url)
  const options = { app, namespaces: NAMESPACES, policies: POLICIES, backend }
  const another = (): RestaurantRedstart => createRedstart({ ...options, ...(given !== undefined && { keys: given }) })
  const sharing = sharesDatabase ? 'shared with all who use both' : 'not shared, since the database is not'
  const signIn = given === undefined ? NO_KEY : SIGN_IN
  return { redstart: another(), another, app, description: `Redis at REDIS_URL, ${sharing}`, signIn }
}

const SIGN_IN = `at /account, as ${SIGN_INS.logins.join(', ')}; the password is ${SIGN_INS.password}`
const NO_KEY = 'not without a key: REDSTART_KEYS=$(openssl rand -base64 32), the same for all processes'
