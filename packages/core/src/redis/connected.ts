import type { StoreContext } from '../backend.ts'
import type { CacheStore } from '../cache/cache-store.ts'
import { RedisCacheStore } from './cache-store.ts'
import { ClusterServers } from './cluster/cluster-servers.ts'
import { OneServer } from './one-server.ts'
import type { ConnectedMaster, Servers } from './servers.ts'
import type { RedisSettings } from './settings.ts'
import { type HoldServers, sharedServers } from './shared-servers.ts'
import { RedisTracking } from './tracking.ts'

/** Servers that are connected to, shared by the stores of an instance. */
export function connectedServers(settings: RedisSettings): HoldServers<ConnectedMaster> {
  const { cluster } = settings
  return sharedServers((clock, view) =>
    cluster === undefined ? new OneServer(settings, clock, view) : new ClusterServers(settings, cluster, clock, view),
  )
}

/** The cache's store over them, which tells every change of an entry. */
export function connectedCacheStore(
  settings: RedisSettings,
  context: StoreContext,
  hold: HoldServers<ConnectedMaster> = connectedServers(settings),
): CacheStore {
  let servers: Servers<ConnectedMaster> | undefined
  const held: HoldServers = (own, listener) => (servers = hold(own, listener))
  const store = new RedisCacheStore(settings, context, held, (wanted) => {
    // It was held when the store was made.
    if (servers === undefined) throw new Error('the store has no servers')
    return new RedisTracking({ ...wanted, servers, connectTimeout: settings.connectTimeout })
  })
  return store
}
