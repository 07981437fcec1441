import type { NamespaceConfig, NamespaceOptions } from '../cache/settings.ts'
import type { Duration } from '../duration.ts'
import type { RedstartOptions } from '../redstart-options.ts'
import type { SessionOptions } from '../session/settings.ts'

/** The options of `createRedstart` that are plain data. */
export type InstanceConfig = Pick<
  RedstartOptions,
  'app' | 'consistency' | 'coherence' | 'deadline' | 'l1' | 'maxStaleness' | 'outage' | 'slow'
> & {
  readonly defaults?: NamespaceOptions
  readonly namespaces?: Readonly<Record<string, NamespaceConfig>>
  readonly sessions?: SessionsConfig
  /** Keys of 32 bytes as base64url, 43 characters each: the first seals, all open. */
  readonly keys?: readonly string[]
}

/** The options of sessions that are plain data. */
export type SessionsConfig = Pick<
  SessionOptions,
  | 'namespace'
  | 'idle'
  | 'absolute'
  | 'remember'
  | 'touchAfter'
  | 'rotateEvery'
  | 'grace'
  | 'onReuse'
  | 'limit'
  | 'anonymousLimit'
  | 'binding'
  | 'durability'
  | 'version'
  | 'conflicts'
  | 'preLogin'
  | 'unavailable'
  | 'deadline'
  | 'updateTimeout'
>

/**
 * What an application is told from outside: by its environment (`configFromEnv`) or by a file (`validateConfig`). What
 * nobody said is not there, so that every feature has its own default. It holds secrets: do not log it.
 */
export interface Config {
  /** For `createRedstart`. */
  readonly redstart: InstanceConfig
  /** For `redis()` of `@redstart/core/redis`; not there when nothing was said of Redis. */
  readonly redis?: RedisConfig
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
