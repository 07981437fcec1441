/** What the page shows; sent to it once a second. */
export interface State {
  readonly phase: Phase
  /** `in memory`, `Redis at REDIS_URL` */
  readonly cache: string
  readonly database: string
  /** The other apps, once they listen. */
  readonly apps: readonly AppLink[]
  readonly hits: HitRate
  readonly probes: readonly ProbeReport[]
  /** The last minute of the first probe, oldest first. */
  readonly history: readonly Sample[]
  /** Newest first. */
  readonly invalidations: readonly InvalidationNote[]
}

/** Where the start has got to. */
export type Phase =
  | { readonly type: 'starting'; readonly label: string; readonly share: number }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }

/** One of the other apps of the restaurants. */
export interface AppLink {
  readonly name: string
  /** `Koa` */
  readonly framework: string
  readonly url: string
}

/** Reads of the last minute, and of the whole run. */
export interface HitRate {
  readonly lastMinute: { readonly reads: number; readonly rate: number }
  readonly total: { readonly reads: number; readonly rate: number }
  readonly entries: number
  readonly bytes: number
}

/** One question, with the cache and without: medians of the last minute in milliseconds; `null` before the first. */
export interface ProbeReport {
  readonly label: string
  readonly path: string
  readonly cached: number | null
  readonly uncached: number | null
}

/** What one round measured, in milliseconds; `null` for a request that failed. */
export interface Sample {
  readonly cached: number | null
  readonly uncached: number | null
}

/** An invalidation, as people read it. */
export interface InvalidationNote {
  readonly names: readonly string[]
  readonly reached: 'all' | 'here'
  /** True when another process made it. */
  readonly remote: boolean
  /** Milliseconds ago. */
  readonly age: number
}
