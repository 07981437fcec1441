import type { NamespaceConfig, NamespaceOptions } from '../cache/settings.ts'
import type { Duration } from '../duration.ts'
import type { RedstartOptions } from '../redstart.ts'

/** The options of `createRedstart` that are plain data. */
export type InstanceConfig = Pick<
  RedstartOptions,
  'app' | 'consistency' | 'coherence' | 'deadline' | 'l1' | 'maxStaleness' | 'outage' | 'slow'
> & {
  readonly defaults?: NamespaceOptions
  readonly namespaces?: Readonly<Record<string, NamespaceConfig>>
}

/**
 * What an application is told from outside: by its environment (`configFromEnv`) or by a file (`validateConfig`). What
 * nobody said is not there, so that every feature has its own default. It holds secrets: do not log it.
 */
export interface Config {
  /** For `createRedstart`. */
  readonly redstart: InstanceConfig
  /** For `redis()` of `@redstart/core/redis`; not there when nothing was said of Redis. */
  readonly redis?: RedisConfig
  readonly sessions: SessionsConfig
  /** Limits of rates by their names. */
  readonly limits: Readonly<Record<string, LimitConfig>>
  readonly warming: WarmingConfig
}

/** The options of `redis()` that are plain data. What is given beside `url` goes before what the URL says. */
export interface RedisConfig {
  readonly url?: string
  /** A name or an address, without its port. @default '127.0.0.1' */
  readonly host?: string
  /** @default 6379 */
  readonly port?: number
  readonly username?: string
  readonly password?: string
  /** @default 0 */
  readonly db?: number
  /** @default false, or what the URL says */
  readonly tls?: boolean
  /** 1 to 64. @default 1 */
  readonly poolSize?: number
  /** @default '5s' */
  readonly connectTimeout?: Duration
  /** @default 100_000 */
  readonly markers?: number
  /** @default 'redstart' */
  readonly connectionName?: string
}

export interface SessionsConfig {
  /** How long a session lives without being used. */
  readonly idleTimeout?: Duration
  /** Most sessions that one user may have at a time. */
  readonly maxPerUser?: number
  /** How often what is left of expired sessions is removed. */
  readonly cleanupInterval?: Duration
  /** Keys of 32 bytes as base64url, 43 characters each: the first encrypts, all decrypt. */
  readonly keys?: readonly string[]
}

/** So many in each window. */
export interface LimitConfig {
  readonly limit: number
  readonly window: Duration
}

export interface WarmingConfig {
  readonly enabled?: boolean
  /** For `every` of a warmer. */
  readonly interval?: Duration
}
