import type { ConnectionOptions } from 'node:tls'
import { Redis, type RedisOptions } from 'ioredis'
import { type Duration, milliseconds } from '../duration.ts'
import { invalidArgument, RedstartError } from '../errors.ts'
import { parseRedisUrl } from './url.ts'

/** Where Redis is and how many connections it gets. What is given beside `url` goes before what the URL says. */
export interface RedisConnectionOptions {
  /** `redis://[user:password@]host[:port][/db]`, or `rediss:` for TLS. */
  readonly url?: string
  /** @default '127.0.0.1' */
  readonly host?: string
  /** @default 6379 */
  readonly port?: number
  readonly username?: string
  readonly password?: string
  /** @default 0 */
  readonly db?: number
  /** `true` for TLS as Node.js does it by default, or options of `tls.connect`. */
  readonly tls?: boolean | ConnectionOptions
  /**
   * Connections of each store, 1 to 64. Invalidations use the first; entries go round all of them, which helps where
   * many large entries are read at a time.
   * @default 1
   */
  readonly poolSize?: number
  /**
   * How long an attempt to connect may take, and how long a server that owes replies may say nothing before its
   * connection is given up.
   * @default '5s'
   */
  readonly connectTimeout?: Duration
  /**
   * Names whose invalidations are remembered; the oldest are forgotten first, and entries older than those become misses.
   * @default 100_000
   */
  readonly markers?: number
  /** When calls fail at once because Redis has stopped answering. */
  readonly breaker?: RedisBreakerOptions
  /**
   * What `CLIENT LIST` shows.
   * @default 'redstart'
   */
  readonly connectionName?: string
}

/** The circuit breaker in front of one Redis. */
export interface RedisBreakerOptions {
  /**
   * Calls in a row, made at different times, that must get no answer until it opens.
   * @default 5
   */
  readonly failures?: number
  /**
   * How long it stays open before it tries again, with a probe of its own; doubled each time that the probe fails.
   * @default '1s'
   */
  readonly openFor?: Duration
  /** @default '30s' */
  readonly longest?: Duration
}

/** What is asked of a given client: ioredis 5 and 6 have it. */
export interface RedisClient {
  readonly status: string
  readonly options: object
  duplicate(override?: object): unknown
}

/** The options, checked and with their defaults. */
export interface RedisSettings {
  /**
   * A new client that has not connected yet.
   *
   * @param pause milliseconds to wait before the next attempt to connect.
   */
  readonly client: (pause: () => number) => Redis
  readonly poolSize: number
  readonly connectTimeout: number
  readonly markers: number
  readonly breaker: { readonly failures: number; readonly openFor: number; readonly longest: number }
}

/** Checks what `redis()` was called with. */
export function settingsOf(target: string | RedisConnectionOptions | RedisClient): RedisSettings {
  if (typeof target === 'string') return optionsOf({ url: target })
  if (typeof target !== 'object' || target === null)
    throw invalidArgument('redis: target', target, 'a URL, options or an ioredis client')
  return isClient(target) ? ofClient(target) : optionsOf(target)
}

/** By shape, not `instanceof`, which fails for another copy or version of ioredis. */
function isClient(target: object): target is RedisClient {
  return 'duplicate' in target && typeof target.duplicate === 'function' && 'options' in target && 'status' in target
}

function ofClient(client: RedisClient): RedisSettings {
  if ('isCluster' in client && client.isCluster === true) {
    throw new RedstartError(
      'UNSUPPORTED',
      'A Cluster client was given to redis(); give a client of a standalone or Sentinel Redis, or its URL',
    )
  }
  const settings = optionsOf({})
  // The shape was checked, and both versions of ioredis return a client of their own with the part of the API used here.
  const duplicate = (pause: () => number): Redis =>
    client.duplicate(ownOptions('redstart', settings.connectTimeout, pause)) as Redis
  return { ...settings, client: duplicate }
}

function optionsOf(options: RedisConnectionOptions): RedisSettings {
  const { url, host, port, username, password, db, tls, connectionName = 'redstart' } = options
  const connectTimeout = milliseconds(options.connectTimeout ?? '5s', 'redis: connectTimeout', 1)
  const place: RedisOptions = {
    ...parseRedisUrl(url ?? 'redis://127.0.0.1:6379'),
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port: whole(port, 'port', 1, 65_535) }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(db !== undefined && { db: whole(db, 'db', 0, 99_999) }),
  }
  if (tls === true) place.tls = {}
  else if (tls === false) delete place.tls
  else if (tls !== undefined) place.tls = tls
  return {
    client: (pause) => new Redis({ ...place, ...ownOptions(connectionName, connectTimeout, pause) }),
    poolSize: whole(options.poolSize ?? 1, 'poolSize', 1, 64),
    connectTimeout,
    breaker: breakerOf(options.breaker ?? {}),
    markers: whole(options.markers ?? 100_000, 'markers', 1, Number.MAX_SAFE_INTEGER),
  }
}

function breakerOf({ failures = 5, openFor = '1s', longest = '30s' }: RedisBreakerOptions): RedisSettings['breaker'] {
  return {
    failures: whole(failures, 'breaker.failures', 1, 1_000_000),
    openFor: milliseconds(openFor, 'redis: breaker.openFor', 1),
    longest: milliseconds(longest, 'redis: breaker.longest', 1),
  }
}

/**
 * No command waits in a queue of ioredis or is sent again by it, and nothing that a given client was set up with
 * (a key prefix, timeouts of its own, other shapes of replies) changes what we send or receive.
 */
function ownOptions(
  connectionName: string,
  connectTimeout: number,
  pause: () => number,
): RedisOptions & { readonly replyMapping: 'legacy' } {
  return {
    connectionName,
    connectTimeout,
    disconnectTimeout: DISCONNECT_MS,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: pause,
    // A master that was demoted: the next connection resolves the name, or asks Sentinel, again.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    role: 'master',
    readOnly: false,
    monitor: false,
    keyPrefix: '',
    noDelay: true,
    keepAlive: 10_000,
    stringNumbers: false,
    replyMapping: 'legacy',
    commandTimeout: undefined,
    socketTimeout: undefined,
    himportFieldsets: undefined,
    scripts: undefined,
  }
}

/** How long a server may take to close its side before the socket is destroyed. */
const DISCONNECT_MS = 100

function whole(value: number, what: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(`redis: ${what}`, value, `a whole number of ${least} to ${most}`)
}
