/** What limits keys, as an application has it. */
export interface RateLimiter {
  readonly name: string
  /** Whether one more of a key may pass. */
  check(key: string): Promise<boolean>
  /** The same under three limits, all of which must agree. */
  three?(key: string): Promise<boolean>
  close(): Promise<unknown>
}

export interface OpenLimiter {
  readonly url: string
  /** So many in each window. */
  readonly limit: number
  /** Milliseconds. */
  readonly window: number
  /** In front of all of its keys. */
  readonly prefix: string
}

export type Open = (options: OpenLimiter) => Promise<RateLimiter>
