import { Redis, type RedisOptions } from 'ioredis'
import { RedstartError } from '../errors.ts'
import { ownOptions } from './client-options.ts'
import type { RedisAddress, RedisNatMap } from './cluster/address.ts'
import { withoutFalseReady } from './false-ready.ts'
import type { RedisClient } from './options.ts'
import type { RedisSettings } from './settings.ts'
import { parseTarget } from './url.ts'

/**
 * Takes over where a given client of ioredis 5 or 6 connects to, of a Sentinel or a Cluster as well. The client itself is
 * never changed, used or closed.
 *
 * @throws RedstartError `UNSUPPORTED` for a Cluster client that finds its nodes in a way of its own.
 */
export function ofClient(client: RedisClient, connectTimeout: number): Pick<RedisSettings, 'client' | 'cluster'> {
  if ('isCluster' in client && client.isCluster === true) return ofCluster(client, connectTimeout)
  return {
    // The shape was checked, and both versions of ioredis return a client of their own with the part of the API used here.
    client: (pause, _address, protocol) => {
      const options = {
        ...ownOptions('redstart', connectTimeout, pause, protocol),
        // Of ioredis 5 it takes a file to be read, during which a false `ready` could come to the next connection.
        disableClientInfo: true,
      }
      return withoutFalseReady((client.duplicate as (override: object) => unknown).call(client, options) as Redis)
    },
    cluster: undefined,
  }
}

/** What a Cluster client of ioredis holds, of which its types show a part. */
interface ClusterParts {
  readonly startupNodes?: unknown
  readonly options: {
    readonly redisOptions?: RedisOptions
    readonly natMap?: RedisNatMap
    readonly useSRVRecords?: boolean
  }
}

/** Connections of our own to each node, with the options that its connections have. */
function ofCluster(client: RedisClient, connectTimeout: number): Pick<RedisSettings, 'client' | 'cluster'> {
  // It said that it is one; every part is looked at before it is used.
  const { startupNodes, options } = client as RedisClient & ClusterParts
  if (options.useSRVRecords === true || !Array.isArray(startupNodes) || startupNodes.length === 0) {
    throw new RedstartError(
      'UNSUPPORTED',
      'The Cluster client given to redis() has no list of nodes; give redis() the option cluster: [{ host, port }]',
    )
  }
  const nodes = startupNodes.map(startupNode)
  const shared = { ...nodes[0]?.shared, ...options.redisOptions, db: 0 }
  return {
    client: (pause, address, protocol) =>
      new Redis({ ...shared, ...address, ...ownOptions('redstart', connectTimeout, pause, protocol) }),
    cluster: { seeds: nodes.map(({ address }) => address), natMap: options.natMap },
  }
}

/** A node in one of the forms that ioredis takes: a port, `host:port`, a URL, or options. */
function startupNode(node: unknown): { readonly address: RedisAddress; readonly shared: RedisOptions } {
  if (typeof node === 'object' && node !== null) {
    // By the types of ioredis these are the members of the object form.
    const { host = '127.0.0.1', port = 6379, username, password, tls } = node as RedisOptions
    const shared = {
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(tls !== undefined && { tls }),
    }
    return { address: { host, port }, shared }
  }
  const text = String(node)
  const url = text.includes('://') ? text : `redis://${/^\d+$/.test(text) ? `127.0.0.1:${text}` : text}`
  const { options } = parseTarget(url)
  const { host = '127.0.0.1', port = 6379, db: _db, ...shared } = options
  return { address: { host, port }, shared }
}
