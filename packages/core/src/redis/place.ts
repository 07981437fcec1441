import type { ConnectionOptions } from 'node:tls'
import type { RedisOptions } from 'ioredis'
import { invalidArgument, RedstartError } from '../errors.ts'
import type { RedisAddress } from './cluster/address.ts'
import type { RedisConnectionOptions } from './options.ts'
import type { ClusterSettings } from './settings.ts'
import { parseTarget, type RedisTarget } from './url.ts'
import { whole } from './whole.ts'

/** Where Redis is, in ioredis's words; for a Cluster what its nodes have in common. */
export interface Place {
  readonly place: RedisOptions
  readonly cluster: ClusterSettings | undefined
}

/**
 * Brings URL and options together.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is not allowed or does not go together.
 */
export function placeOf(options: RedisConnectionOptions): Place {
  const target = parseTarget(options.url ?? 'redis://127.0.0.1:6379')
  const { username, password, db } = options
  const place: RedisOptions = {
    ...target.options,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(db !== undefined && { db: whole(db, 'redis: db', 0, 99_999) }),
  }
  const tls = tlsOf(options.tls, place.tls)
  if (tls === undefined) delete place.tls
  else place.tls = tls
  const kind = kindOf(options, target)
  if (kind === 'cluster') return clusterOf(place, options, target)
  if (kind === 'sentinel') return { place: sentinelOf(place, options, target), cluster: undefined }
  if (options.natMap !== undefined) throw misplaced('natMap', 'sentinels or cluster')
  const { host, port } = options
  if (host !== undefined) place.host = host
  if (port !== undefined) place.port = whole(port, 'redis: port', 1, 65_535)
  return { place, cluster: undefined }
}

function kindOf(options: RedisConnectionOptions, target: RedisTarget): RedisTarget['kind'] {
  const { cluster, sentinels, host, port } = options
  if (cluster !== undefined && sentinels !== undefined) throw misplaced('cluster', 'no sentinels')
  const kind = cluster !== undefined ? 'cluster' : sentinels !== undefined ? 'sentinel' : target.kind
  if (kind !== 'single' && (host !== undefined || port !== undefined)) {
    throw misplaced('host or port', `one server; the addresses of a ${kind} are in its list or its URL`)
  }
  const ofSentinel = ['name', 'sentinelUsername', 'sentinelPassword', 'sentinelTls'] as const
  const stray = kind === 'sentinel' ? undefined : ofSentinel.find((name) => options[name] !== undefined)
  if (stray !== undefined) throw misplaced(stray, 'sentinels')
  return kind
}

function clusterOf(place: RedisOptions, { cluster, natMap }: RedisConnectionOptions, target: RedisTarget): Place {
  const { host: _host, port: _port, db, ...shared } = place
  if (db !== undefined && db !== 0) throw invalidArgument('redis: db', db, '0, the only database of a Cluster')
  return { place: shared, cluster: { seeds: addresses(cluster ?? target.addresses, 'cluster'), natMap } }
}

function sentinelOf(place: RedisOptions, options: RedisConnectionOptions, target: RedisTarget): RedisOptions {
  const { sentinelUsername, sentinelPassword, natMap } = options
  const { host: _host, port: _port, ...shared } = place
  const name = options.name ?? target.name
  if (name === undefined || name === '')
    throw invalidArgument('redis: name', name, 'what the sentinels call the master')
  const sentinelTls = tlsOf(options.sentinelTls, place.tls)
  return {
    ...shared,
    name,
    sentinels: addresses(options.sentinels ?? target.addresses, 'sentinels').map((each) => ({ ...each })),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...(place.tls !== undefined && { enableTLSForSentinelMode: true }),
    ...(sentinelTls !== undefined && { sentinelTLS: sentinelTls }),
    // A copy, since ioredis takes only one that may be changed.
    ...(natMap !== undefined && {
      natMap: typeof natMap === 'function' ? (key) => natMap(key) ?? null : { ...natMap },
    }),
  }
}

function tlsOf(
  wanted: boolean | ConnectionOptions | undefined,
  otherwise: ConnectionOptions | undefined,
): ConnectionOptions | undefined {
  if (wanted === undefined) return otherwise
  return typeof wanted === 'boolean' ? (wanted ? {} : undefined) : wanted
}

function addresses(list: readonly RedisAddress[], what: string): readonly RedisAddress[] {
  if (!Array.isArray(list) || list.length === 0)
    throw invalidArgument(`redis: ${what}`, list, 'a list of at least one { host, port }')
  return list.map((address: RedisAddress) => {
    const { host, port } = address
    if (typeof host !== 'string' || host === '') throw invalidArgument(`redis: ${what}: host`, host, 'a host')
    return { host, port: whole(port, `redis: ${what}: port`, 1, 65_535) }
  })
}

function misplaced(option: string, goesWith: string): RedstartError {
  return new RedstartError('INVALID_ARGUMENT', `redis: ${option} goes with ${goesWith}`)
}
