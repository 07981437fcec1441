import { type Duration, milliseconds } from '../duration.ts'
import { invalidArgument } from '../errors.ts'

type Span = 's' | 'm' | 'h' | 'd' | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

/** So many in so long: `'10/s'`, `'100/5m'`, `'90k/1m'`, or an object. */
export type Rate = `${number}${'' | 'k' | 'M'}/${Span}` | { readonly limit: number; readonly per: Duration }

/** A rate in whole numbers. */
export interface ParsedRate {
  readonly count: number
  /** Microseconds. */
  readonly per: number
}

/** The most that any limit may be. */
export const LARGEST_LIMIT = 1_000_000_000

const TEXT = /^(\d{1,10}(?:\.\d{1,6})?)([kM]?)\/(.+)$/
const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1000, M: 1_000_000 }

/** @throws RedstartError `INVALID_ARGUMENT` for what is no rate. */
export function parseRate(rate: Rate, what: string): ParsedRate {
  if (typeof rate === 'object' && rate !== null)
    return { count: wholeLimit(rate.limit, `${what}.limit`), per: microseconds(rate.per, `${what}.per`) }
  const [, digits = '', unit = '', span = ''] = (typeof rate === 'string' && TEXT.exec(rate)) || []
  const count = Number(digits) * (MULTIPLES[unit] ?? Number.NaN)
  if (digits === '' || !isLimit(count))
    throw invalidArgument(what, rate, "a rate such as '10/s', '100/5m' or '90k/1m', or { limit, per }")
  // What is no duration is refused there.
  return { count, per: microseconds((/^\d/.test(span) ? span : `1${span}`) as Duration, what) }
}

/** @throws RedstartError `INVALID_ARGUMENT` for what is no whole number from 1 to a thousand million. */
export function wholeLimit(limit: unknown, what: string, most: number = LARGEST_LIMIT): number {
  if (isLimit(limit) && limit <= most) return limit
  throw invalidArgument(what, limit, `a whole number of 1 to ${most}`)
}

/** A duration of at least a millisecond, in whole microseconds. */
export function microseconds(duration: Duration, what: string): number {
  return milliseconds(duration, what, 1) * 1000
}

function isLimit(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LARGEST_LIMIT
}
