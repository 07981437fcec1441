import { RedstartError } from '@redstart/core'

/**
 * A number that a caller passed, as it is.
 *
 * @throws RedstartError `INVALID_ARGUMENT` when it is not whole or out of the range.
 */
export function inRange(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new RedstartError('INVALID_ARGUMENT', `${what} is ${value}; expected a whole number of ${least} to ${most}`)
}
