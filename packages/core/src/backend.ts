import type { CacheStore } from './cache/cache-store.ts'
import type { Clock } from './clock.ts'
import type { LimitStore } from './rate-limit/limit-store.ts'
import type { SessionStore, SessionStoreOptions } from './session/session-store.ts'

/** What a store is opened with. */
export interface StoreContext {
  /** First part of every key: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly app: string
  readonly clock: Clock
}

/**
 * A place to keep things: one store per contract, opened when the instance is composed. Nothing connects before that.
 * Opening twice gives two stores over the same data. Those that are opened with one and the same context object may
 * share what they hold open, until the last of them is closed; others are independent of each other.
 */
export interface Backend {
  readonly name: string
  readonly cache: (context: StoreContext) => CacheStore
  /** Left out by a backend that keeps no sessions. */
  readonly sessions?: (context: StoreContext, options: SessionStoreOptions) => SessionStore
  /** Left out by a backend that limits nothing. */
  readonly limits?: (context: StoreContext) => LimitStore
}
