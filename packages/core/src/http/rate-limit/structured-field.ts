import { invalidArgument } from '../../errors.ts'

/** The largest Integer of RFC 9651 3.3.1. */
const LARGEST = 999_999_999_999_999
const PRINTABLE = /^[ -~]*$/

/** A number as an Integer of RFC 9651 that is not negative: whole, and no larger than there are. */
export function sfInteger(value: number): string {
  if (Number.isNaN(value)) return '0'
  return String(Math.min(LARGEST, Math.max(0, Math.floor(value))))
}

/** Milliseconds as whole seconds, rounded up. */
export function sfSeconds(ms: number): string {
  return sfInteger(Math.ceil(ms / 1000))
}

/**
 * A String of RFC 9651 3.3.3.
 *
 * @param what names the text in the error.
 * @throws RedstartError `INVALID_ARGUMENT` for a character that these have not.
 */
export function sfString(what: string, text: string): string {
  if (!PRINTABLE.test(text)) throw invalidArgument(what, text, 'printable characters of ASCII, to be told in a header')
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
