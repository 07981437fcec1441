import { type Duration, milliseconds } from '../duration.ts'
import { invalidArgument } from '../errors.ts'
import type { LimitPolicy } from './policy.ts'
import { ALL, COMMON, type CommonPolicyOptions, madePolicy, type PolicyOptions } from './policy-options.ts'
import { microseconds, wholeLimit } from './rate.ts'

/** So many in each window. */
export interface FixedWindowOptions extends PolicyOptions {
  /** So many. */
  readonly limit: number
  /** In each of these. */
  readonly window: Duration
  /** Windows begin on the clock, such as at full hours, for all keys at once; else at the first use. @default false */
  readonly aligned?: boolean
}

/**
 * So many in each window, and all at once again in the next: up to twice the limit within any one length of it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function fixedWindow(options: FixedWindowOptions): LimitPolicy {
  const limit = wholeLimit(options?.limit, 'fixedWindow: limit')
  const window = microseconds(options.window, 'fixedWindow: window')
  return madePolicy(options, ['limit', 'window', 'aligned', ...ALL], {
    algorithm: 'fixed-window',
    limit,
    windowMs: window / 1000,
    rule: { kind: 'fixed', window, limit, aligned: options.aligned === true },
  })
}

/** So many in a window that slides. */
export interface SlidingWindowOptions extends PolicyOptions {
  /** So many. */
  readonly limit: number
  /** In any time of this length. */
  readonly window: Duration
  /**
   * Never more than the limit in any window. Else the window before is estimated: two numbers a key, and up to nearly twice
   * the limit when the traffic turns.
   * @default false
   */
  readonly strict?: boolean
  /** Parts that a strict window is counted in, 1 to 100: more of them refuse less too early. @default 10 */
  readonly segments?: number
}

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function slidingWindow(options: SlidingWindowOptions): LimitPolicy {
  const limit = wholeLimit(options?.limit, 'slidingWindow: limit')
  const window = milliseconds(options.window, 'slidingWindow: window', 1)
  const { strict = false, segments = 10 } = options
  if (!strict && options.segments !== undefined)
    throw invalidArgument('slidingWindow: segments', segments, 'none without strict: true')
  const parts = wholeLimit(segments, 'slidingWindow: segments', MOST_SEGMENTS)
  if (limit * window > Number.MAX_SAFE_INTEGER)
    throw invalidArgument('slidingWindow: limit', limit, `at most ${Math.floor(Number.MAX_SAFE_INTEGER / window)}`)
  const whole = window * 1000
  return madePolicy(options, ['limit', 'window', 'strict', 'segments', ...ALL], {
    algorithm: strict ? 'segmented-window' : 'sliding-window',
    limit,
    windowMs: window,
    rule: strict
      ? { kind: 'segments', window: whole, limit, segment: Math.ceil(whole / parts) }
      : { kind: 'counter', window, limit },
  })
}

/** So many in any window, each remembered. */
export interface SlidingLogOptions extends PolicyOptions {
  /** At most 1000: about 100 bytes of the store for each. */
  readonly limit: number
  /** In any time of this length. */
  readonly window: Duration
}

/** Exactly so many in any window, at the price of remembering each of them; {@link slidingWindow} can be strict for less. */
export function slidingLog(options: SlidingLogOptions): LimitPolicy {
  const limit = wholeLimit(options?.limit, 'slidingLog: limit', MOST_LOGGED)
  const window = microseconds(options.window, 'slidingLog: window')
  return madePolicy(options, ['limit', 'window', ...ALL], {
    algorithm: 'sliding-log',
    limit,
    windowMs: window / 1000,
    rule: { kind: 'log', window, limit },
  })
}

/** So many at a time. */
export interface ConcurrencyOptions extends CommonPolicyOptions {
  /** At most 10 000. */
  readonly limit: number
  /** How long a permit is good for unless its holder renews it, which `limiter.acquire` does. @default '30s' */
  readonly lease?: Duration
}

/** Permits that are held and given back: see `limiter.acquire`. */
export function concurrency(options: ConcurrencyOptions): LimitPolicy {
  const limit = wholeLimit(options?.limit, 'concurrency: limit', MOST_PERMITS)
  const lease = microseconds(options.lease ?? '30s', 'concurrency: lease')
  return madePolicy(options, ['limit', 'lease', ...COMMON], {
    algorithm: 'concurrency',
    limit,
    windowMs: lease / 1000,
    rule: { kind: 'permits', limit, lease },
  })
}

const MOST_SEGMENTS = 100
const MOST_LOGGED = 1000
const MOST_PERMITS = 10_000
