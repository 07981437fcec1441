import type { RedisOptions } from 'ioredis'
import { RedstartError } from '../errors.ts'
import type { RedisAddress } from './cluster/address.ts'

/** What a URL says. */
export interface RedisTarget {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  /** Of the server; of sentinels and a Cluster without `host` and `port`. */
  readonly options: RedisOptions
  /** Of the sentinels, or of nodes of the Cluster. */
  readonly addresses: readonly RedisAddress[]
  /** What the sentinels call the master. */
  readonly name: string | undefined
}

/** Where a sentinel listens when nobody said so. */
const SENTINEL_PORT = 26_379

/**
 * Reads any of the URLs that `redis()` takes.
 *
 * @throws RedstartError `INVALID_ARGUMENT` as {@link parseRedisUrl}.
 */
export function parseTarget(text: string): RedisTarget {
  const [, secure = '', form, rest = ''] = /^redis(s?)\+(sentinel|cluster):\/\/(.*)$/is.exec(text) ?? []
  if (form === undefined) return { kind: 'single', options: parseRedisUrl(text), addresses: [], name: undefined }
  const [, authority = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? []
  const at = authority.lastIndexOf('@') + 1
  const signIn = authority.slice(0, at)
  const hosts = authority.slice(at).split(',')
  if (hosts.includes('')) throw wrong('has an empty place in its list of hosts')
  const sentinel = form.toLowerCase() === 'sentinel'
  const [, name, tail = path] = (sentinel && /^\/([^/?#]+)(.*)$/s.exec(path)) || []
  if (sentinel && name === undefined) throw wrong('does not name the master')
  // Every host by the same rules as a single one.
  const each = hosts.map((host) => parseRedisUrl(`redis${secure}://${signIn}${host}${tail}`))
  const { host: _host, port: _port, ...options } = each[0] ?? {}
  if (!sentinel && options.db !== 0) throw wrong('names a database, of which a Cluster has none but 0')
  return {
    kind: sentinel ? 'sentinel' : 'cluster',
    options,
    addresses: each.map(({ host = '', port = 0 }, n) => ({
      host,
      port: sentinel && !/:\d+$/.test(hosts[n] ?? '') ? SENTINEL_PORT : port,
    })),
    name: name === undefined ? undefined : decoded(name),
  }
}

/**
 * Connection options of a Redis URL, `redis[s]://[user[:password]@]host[:port][/db][?family=4]`.
 *
 * @throws RedstartError `INVALID_ARGUMENT`; the message quotes nothing of the URL, because any part of one that is
 *   mistyped may be a piece of the password.
 */
export function parseRedisUrl(text: string): RedisOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'redis:' && url.protocol !== 'rediss:'))
    throw wrong('is not one of redis:, redis+sentinel: or redis+cluster:, or of rediss')
  if (url.hash !== '' || text.includes('#')) throw wrong("contains '#'")
  const db = /^\/?(\d{0,5})$/.exec(url.pathname)?.[1]
  if (db === undefined) throw wrong('has a path that is not the number of a database')
  return {
    host: decoded(url.hostname).replace(/^\[(.*)\]$/, '$1') || '127.0.0.1',
    port: Number(url.port || 6379),
    db: Number(db),
    ...(url.username && { username: decoded(url.username) }),
    ...(url.password && { password: decoded(url.password) }),
    ...(url.protocol === 'rediss:' && { tls: {} }),
    ...familyOf(url.searchParams),
  }
}

/** Some hosts hand out URLs with `?family=0`; any other parameter would be silently without effect. */
function familyOf(parameters: URLSearchParams): { readonly family?: number } {
  for (const [name, value] of parameters) {
    if (name !== 'family' || !['0', '4', '6'].includes(value))
      throw wrong('has a parameter other than family=0, 4 or 6')
    return { family: Number(value) }
  }
  return {}
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrong("contains a '%' that is not followed by two hexadecimal digits")
  }
}

function wrong(what: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `The Redis URL ${what}; expected redis://[user:password@]host[:port][/db], redis+sentinel://[user:password@]host[:port],.../master[/db] or redis+cluster://[user:password@]host[:port],..., or the same with rediss for TLS, with special characters of user and password percent-encoded (encodeURIComponent)`,
  )
}
