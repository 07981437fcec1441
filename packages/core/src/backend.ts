import type { CacheStore } from './cache/cache-store.ts'
import type { Clock } from './clock.ts'

/** What a store is opened with. */
export interface StoreContext {
  /** First part of every key: 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly app: string
  readonly clock: Clock
}

/**
 * A place to keep things: one store per contract, opened when the instance is composed. Nothing connects before that.
 * Opening twice gives two independent stores over the same data.
 */
export interface Backend {
  readonly name: string
  readonly cache: (context: StoreContext) => CacheStore
}
