import type { RedisBreakerOptions } from '../redis/options.ts'

/** Where the REST API of a Redis is, and who we are to it. */
export interface RedisHttpOptions {
  /** `https://` or `http://` and the place of the API, without a user, a query or a `#`. */
  readonly url: string
  /** What it wants to be shown as a bearer token: one that may write. */
  readonly token: string
  /**
   * Sends the requests: to add a header, to set an option that only one place knows, to go through a binding.
   * @default what `fetch` is when a call is made
   */
  readonly fetch?: HttpFetch
  /**
   * Names whose invalidations are remembered. The oldest are forgotten first, and entries that are older than those become
   * misses: of a key or a prefix the entries of its namespace and what was made from them, of a tag or everything all.
   * @default 100_000
   */
  readonly markers?: number
  /** When calls fail at once because the service has stopped answering. */
  readonly breaker?: RedisBreakerOptions
}

/** The part of `fetch` that is used here; the one of the platform is such a function. */
export type HttpFetch = (
  url: string,
  init: {
    readonly method: 'POST'
    readonly headers: Record<string, string>
    readonly body: string
    readonly redirect: 'manual'
    readonly signal: AbortSignal
  },
) => Promise<{ readonly status: number; text(): Promise<string> }>
