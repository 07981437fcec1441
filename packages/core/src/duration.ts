import { invalidArgument } from './errors.ts'

/** A length of time: milliseconds as a number, or a whole or decimal number with its unit. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const TEXT = /^(\d{1,15}(?:\.\d{1,6})?)(ms|s|m|h|d)$/

/** The longest duration that is taken: ten years. Longer ones are mistakes of unit. */
export const LONGEST_DURATION: number = 3650 * 86_400_000

/**
 * Milliseconds of a duration, whole.
 *
 * @param what names the value in the error's message.
 * @throws RedstartError `INVALID_ARGUMENT` when it is no duration, negative, below `least` or above ten years.
 */
export function milliseconds(duration: Duration, what: string, least = 0): number {
  const ms = Math.round(
    typeof duration === 'string' ? parse(duration) : typeof duration === 'number' ? duration : Number.NaN,
  )
  if (!(ms >= least && ms <= LONGEST_DURATION)) {
    throw invalidArgument(
      what,
      duration,
      `a duration of ${least} ms to 3650 days, such as 500, '250ms', '30s', '5m', '1h' or '7d'`,
    )
  }
  return ms
}

function parse(text: string): number {
  const match = TEXT.exec(text)
  return match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? Number.NaN) : Number.NaN
}
