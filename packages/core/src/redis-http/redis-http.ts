import type { Backend } from '../backend.ts'
import { RedisCacheStore } from '../redis/cache-store.ts'
import { RedisLimitStore } from '../redis/limits/limit-store.ts'
import { RedisSessionStore } from '../redis/sessions/session-store.ts'
import { sharedServers } from '../redis/shared-servers.ts'
import { HttpServer } from './http-server.ts'
import type { RedisHttpOptions } from './options.ts'
import { httpSettingsOf } from './settings.ts'

/**
 * A backend over a Redis that is reached by HTTP, in the REST protocol of Upstash: for places where a socket does not
 * outlive the request that opened it. What it keeps is what `redis()` keeps, byte for byte, so that processes with either
 * may share it.
 *
 * Nothing is sent before the first use of a store, and each call is one request, which ends with its timeout. Nobody tells
 * it of invalidations and revocations: other processes see them when they next ask, within `maxStaleness`; the one that
 * made them at once. A server that was started anew is noticed by the next question, if it tells its run id.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is missing or not allowed.
 */
export function redisHttp(options: RedisHttpOptions): Backend {
  const settings = httpSettingsOf(options)
  const hold = sharedServers((clock, { viewKey }) => new HttpServer(settings, clock, viewKey))
  return {
    name: 'redis-http',
    cache: (context) => new RedisCacheStore(settings, context, hold),
    sessions: (context, own) => new RedisSessionStore(hold, context, own),
    limits: (context) => new RedisLimitStore(hold, context),
  }
}
