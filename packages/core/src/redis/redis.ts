import type { Backend } from '../backend.ts'
import { connectedCacheStore, connectedServers } from './connected.ts'
import { RedisLimitStore } from './limits/limit-store.ts'
import type { RedisClient, RedisConnectionOptions } from './options.ts'
import { RedisSessionStore } from './sessions/session-store.ts'
import { settingsOf } from './target.ts'

/**
 * A backend over Redis (7.0 or later, or Valkey 7.2 or later): one server, a master behind Sentinel, or a Cluster.
 *
 * Nothing connects before the first use of a store; listening to invalidations alone is no use. Stores that are opened
 * with one and the same context share their connections and their breakers, and end them when the last one closes. The
 * first call waits, within its own timeout, for the connection and for the check that the server is still the same run
 * of it. Later, a call made while an attempt to connect is under way waits for it in the same manner, and one made
 * between two attempts (25 ms to 2 s apart) rejects at once with `STORE_UNAVAILABLE`. A call whose connection is lost
 * before the reply rejects with `STORE_TIMEOUT`, since nobody knows whether it took effect. Nothing is sent twice, but
 * for what a node of a Cluster redirected and so did not do. After a failover, and when the slot of the app's markers
 * has moved, the cache is cold: never stale.
 *
 * @param target a URL (`redis:`, `redis+sentinel:`, `redis+cluster:`, or with `rediss` for TLS), options, or a client of
 *   ioredis 5 or 6 (`Redis` or `Cluster`), whose options are taken over for connections of our own; the client itself is
 *   never changed, used or closed. Default `redis://127.0.0.1:6379`.
 * @throws RedstartError `INVALID_ARGUMENT` for a URL or option that is not allowed, `UNSUPPORTED` for a Cluster client
 *   that finds its nodes by SRV records.
 */
export function redis(target: string | RedisConnectionOptions | RedisClient = {}): Backend {
  const settings = settingsOf(target)
  const hold = connectedServers(settings)
  return {
    name: 'redis',
    cache: (context) => connectedCacheStore(settings, context, hold),
    sessions: (context, options) => new RedisSessionStore(hold, context, options),
    limits: (context) => new RedisLimitStore(hold, context),
  }
}
