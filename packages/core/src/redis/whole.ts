import { invalidArgument } from '../errors.ts'

/**
 * A whole number of an option.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for anything else.
 */
export function whole(value: number, what: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw invalidArgument(`redis: ${what}`, value, `a whole number of ${least} to ${most}`)
}
