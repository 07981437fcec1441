/**
 * How a limit counts. Times are whole microseconds unless something else is said; everything is exact in whole numbers.
 * Memory and Redis work with the same rules, number by number.
 */
export type LimitRule = GcraRule | BucketRule | FixedRule | CounterRule | SegmentsRule | LogRule | PermitsRule

/** What is taken comes back one by one. Kept is the instant at which nothing will be missing any more. */
export interface GcraRule {
  readonly kind: 'gcra'
  /** Until one comes back. */
  readonly interval: number
  /** How far ahead that instant may be when something is taken. */
  readonly burst: number
  /** How much farther penalties and settlements may move it. */
  readonly debt: number
}

/** What is taken comes back in portions, at fixed intervals. */
export interface BucketRule {
  readonly kind: 'bucket'
  readonly every: number
  readonly capacity: number
  readonly refill: number
  /** The intervals begin at whole multiples since 1970, else at the first use. */
  readonly aligned: boolean
}

/** So many in a window; all of them come back at its end. */
export interface FixedRule {
  readonly kind: 'fixed'
  readonly window: number
  readonly limit: number
  /** Windows begin at whole multiples since 1970, else at the first use. */
  readonly aligned: boolean
}

/** Two windows are counted, and of the one before the part that is still within reach. */
export interface CounterRule {
  readonly kind: 'counter'
  /** In milliseconds, so that its product with the limit is exact. */
  readonly window: number
  readonly limit: number
}

/** Parts of a window are counted; the oldest counts whole for as long as any of it is within the window. */
export interface SegmentsRule {
  readonly kind: 'segments'
  readonly window: number
  readonly limit: number
  readonly segment: number
}

/** The instant of each one is kept. */
export interface LogRule {
  readonly kind: 'log'
  readonly window: number
  readonly limit: number
}

/** So many at a time; each is held until it is given back, or its lease runs out. */
export interface PermitsRule {
  readonly kind: 'permits'
  readonly limit: number
  readonly lease: number
}

/** Rules that something is taken from; permits are held. */
export type CountingRule = Exclude<LimitRule, PermitsRule>

/** A clock that is set back by less than this changes nothing; one set back farther locks nobody out for longer. */
export const CLOCK_SLACK = 5_000_000

/** The most that can ever be taken at once. */
export function capacityOf(rule: LimitRule): number {
  if (rule.kind === 'gcra') return Math.floor(rule.burst / rule.interval)
  return rule.kind === 'bucket' ? rule.capacity : rule.limit
}
