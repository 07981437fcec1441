import type { Duration } from '../duration.ts'
import { invalidArgument } from '../errors.ts'
import { type ParsedRate, microseconds, parseRate, type Rate, wholeLimit } from './rate.ts'
import type { LimitPolicy } from './policy.ts'
import { ALL, CHECKED, type CheckedPolicyOptions, madePolicy, type PolicyOptions } from './policy-options.ts'

/** What comes back one by one, as fast as the rate, up to `burst` at a time. */
export interface GcraOptions extends PolicyOptions {
  /** How fast it comes back. */
  readonly rate: Rate
  /** The most at once. @default the count of the rate */
  readonly burst?: number
}

/**
 * The default among limits: exact, one small string a key, and a wait that is told to the microsecond. In any time t at
 * most `burst` + t times the rate pass; where never more than N may pass in a window of the same length, choose a burst of
 * N / 2 and a rate of N / 2 in the window.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function gcra(options: GcraOptions): LimitPolicy {
  return continuous('gcra', options, ['rate', 'burst', ...ALL], ({ burst }, { count }) => burst ?? count)
}

/** A bucket that leaks at a rate, and refuses what does not fit. */
export interface LeakyBucketOptions extends PolicyOptions {
  /** How fast it leaks. */
  readonly rate: Rate
  /** How much it holds. */
  readonly capacity: number
}

/** The same as {@link gcra} in the words of a leaky bucket that meters. */
export function leakyBucket(options: LeakyBucketOptions): LimitPolicy {
  return continuous('leaky-bucket', options, ['rate', 'capacity', ...ALL], ({ capacity }) => capacity)
}

/** What is paid after it was used, such as the tokens of a language model. */
export interface TokensOptions extends CheckedPolicyOptions {
  /** How fast it comes back. */
  readonly rate: Rate
  /** The most at once. @default the count of the rate */
  readonly burst?: number
  /** How far a settlement or a penalty may go below nothing. @default 0 */
  readonly maxDebt?: number
}

/** A bucket to reserve from, whose reservations are settled with the real cost. */
export function tokens(options: TokensOptions): LimitPolicy {
  const made = (): LimitPolicy =>
    continuous('tokens', options, ['rate', 'burst', 'maxDebt', ...CHECKED], ({ burst }, { count }) => burst ?? count)
  const { maxDebt = 0 } = options ?? {}
  const debt = maxDebt === 0 ? 0 : wholeLimit(maxDebt, 'tokens: maxDebt')
  const policy = made()
  const { rule } = policy
  return rule.kind === 'gcra' ? Object.freeze({ ...policy, rule: { ...rule, debt: debt * rule.interval } }) : policy
}

/** Requests that wait for their turn. */
export interface LeakyQueueOptions extends CheckedPolicyOptions {
  /** How fast turns come. */
  readonly rate: Rate
  /** The longest wait; who would wait longer is refused. */
  readonly maxWait: Duration
}

/** Gives out turns, evenly spaced and in the order in which they are asked for: see `limiter.wait`. */
export function leakyQueue(options: LeakyQueueOptions): LimitPolicy {
  const maxWait = options?.maxWait === undefined ? Number.NaN : microseconds(options.maxWait, 'leakyQueue: maxWait')
  if (Number.isNaN(maxWait)) throw invalidArgument('leakyQueue: maxWait', undefined, "a duration, such as '3s'")
  const { count, per } = parseRate(options.rate, 'leakyQueue: rate')
  const interval = Math.ceil(per / count)
  const burst = maxWait + interval
  return madePolicy(options, ['rate', 'maxWait', ...CHECKED], {
    algorithm: 'leaky-queue',
    limit: Math.floor(burst / interval),
    windowMs: Math.ceil(burst / 1000),
    rule: { kind: 'gcra', interval, burst, debt: 0 },
  })
}

/** Portions that come at fixed intervals. */
export interface TokenBucketOptions extends PolicyOptions {
  /** The most at once. */
  readonly capacity: number
  /** How much comes at each interval. @default the capacity */
  readonly refill?: number
  /** The length of an interval. */
  readonly every: Duration
  /** Intervals begin on the clock, such as at full minutes, for all keys at once; else at the first use. @default false */
  readonly aligned?: boolean
}

/** A bucket that is refilled by portions; for one that is refilled evenly see {@link gcra}. */
export function tokenBucket(options: TokenBucketOptions): LimitPolicy {
  const capacity = wholeLimit(options?.capacity, 'tokenBucket: capacity')
  const refill = wholeLimit(options.refill ?? capacity, 'tokenBucket: refill')
  const every = microseconds(options.every, 'tokenBucket: every')
  const window = Math.ceil(capacity / refill) * every
  return madePolicy(options, ['capacity', 'refill', 'every', 'aligned', ...ALL], {
    algorithm: 'token-bucket',
    limit: capacity,
    windowMs: exact(window, 'tokenBucket: every') / 1000,
    rule: { kind: 'bucket', capacity, refill, every, aligned: options.aligned === true },
  })
}

type Sized<Options> = (options: Options, rate: ParsedRate) => number

function continuous<Options extends CheckedPolicyOptions & { readonly rate: Rate }>(
  algorithm: 'gcra' | 'leaky-bucket' | 'tokens',
  options: Options,
  members: readonly string[],
  sizeOf: Sized<Options>,
): LimitPolicy {
  const rate = parseRate(options?.rate, `${algorithm}: rate`)
  const limit = wholeLimit(sizeOf(options, rate), `${algorithm}: ${members[1] ?? ''}`)
  // Where it cannot be whole, what is taken comes back later by less than a microsecond each.
  const interval = Math.ceil(rate.per / rate.count)
  const burst = exact(limit * interval, `${algorithm}: ${members[1] ?? ''}`)
  return madePolicy(options, members, {
    algorithm,
    limit,
    windowMs: Math.ceil(burst / 1000),
    rule: { kind: 'gcra', interval, burst, debt: 0 },
  })
}

/** Instants are about 2 to the power of 51 microseconds, and sums with them have to be exact. */
const MOST_MICROSECONDS = 2 ** 52

function exact(duration: number, what: string): number {
  if (duration <= MOST_MICROSECONDS) return duration
  throw invalidArgument(what, duration, 'less: all of it would take more than a hundred years to come back')
}
