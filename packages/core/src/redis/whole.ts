import { invalidArgument } from '../errors.ts'

/**
 * A whole number of an option.
 *
 * @param what the option, with whose it is.
 * @throws RedstartError `INVALID_ARGUMENT` for anything else.
 */
export function whole(value: number, what: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(what, value, `a whole number of ${least} to ${most}`)
}

/** The option `markers`. */
export function markersOf(markers: number | undefined, of: string): number {
  return whole(markers ?? 100_000, `${of}: markers`, 1, Number.MAX_SAFE_INTEGER)
}
