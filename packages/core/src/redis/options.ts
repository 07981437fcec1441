import type { ConnectionOptions } from 'node:tls'
import type { Duration } from '../duration.ts'
import type { RedisAddress, RedisNatMap } from './cluster/address.ts'

/** Where Redis is and how many connections it gets. What is given beside `url` goes before what the URL says. */
export interface RedisConnectionOptions extends RedisSentinelOptions, RedisClusterOptions {
  /**
   * One of
   * - `redis://[user:password@]host[:port][/db]`,
   * - `redis+sentinel://[user:password@]host[:port],host[:port]/master[/db]`, user and password being those of the
   *   master, not of the sentinels,
   * - `redis+cluster://[user:password@]host[:port],host[:port]`,
   *
   * or the same with `rediss` for TLS.
   */
  readonly url?: string
  /** Name or address of the server. @default '127.0.0.1' */
  readonly host?: string
  /** Its port. @default 6379 */
  readonly port?: number
  /** Who we are to Redis: a user of its ACL. @default that of the server, `default` */
  readonly username?: string
  /** The password of the user. @default none */
  readonly password?: string
  /** The number of the database; a Cluster has 0 alone. @default 0 */
  readonly db?: number
  /** `true` for TLS as Node.js does it by default, or options of `tls.connect`. @default false */
  readonly tls?: boolean | ConnectionOptions
  /**
   * Connections of each store, 1 to 64; of a Cluster, to each node. Invalidations use the first; entries go round all of
   * them, which helps where many large entries are read at a time.
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
   * Names whose invalidations are remembered. The oldest are forgotten first, and entries that are older than those become
   * misses: of a key or a prefix the entries of its namespace and what was made from them, of a tag or everything all.
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
  /** Addresses to use instead of those that sentinels or the nodes of a Cluster tell. */
  readonly natMap?: RedisNatMap
}

/** A master that sentinels know. */
export interface RedisSentinelOptions {
  /** The sentinels; one that answers is enough. */
  readonly sentinels?: readonly RedisAddress[]
  /** What they call the master. */
  readonly name?: string
  /** Who we are to the sentinels themselves; nobody by default. */
  readonly sentinelUsername?: string
  /** The password of that user. @default none */
  readonly sentinelPassword?: string
  /**
   * TLS to the sentinels.
   * @default what `tls` is
   */
  readonly sentinelTls?: boolean | ConnectionOptions
}

/** A Redis Cluster. */
export interface RedisClusterOptions {
  /** Some of its nodes; one that answers is enough. The others are found. */
  readonly cluster?: readonly RedisAddress[]
}

/** The circuit breaker in front of one Redis; of a Cluster, in front of each node. */
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
  /** The longest that it stays open between two probes. @default '30s' */
  readonly longest?: Duration
}

/** What is asked of a given client: ioredis 5 and 6 have it, `Redis` and `Cluster`. */
export interface RedisClient {
  readonly status: string
  readonly options: object
  // A Cluster's takes other arguments, and is not called.
  duplicate(...override: never[]): unknown
}
