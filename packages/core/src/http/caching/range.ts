import { strongMatch, type Validators } from './conditional.ts'
import type { HeaderOf } from './header-of.ts'
import { parseHttpDate } from './http-date.ts'

/** What of a representation a request is answered with; the positions of bytes are inclusive. */
export type SelectedRange =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' }

/**
 * Which bytes of a whole stored 200 a request is answered with (RFC 9110 14.2): one range of bytes, from the front or the
 * end. Whoever asks for several, for another unit, or for what is malformed gets the whole, as 14.2 allows; so does whoever
 * holds other bytes than these, by `If-Range` (13.1.5).
 *
 * @param length of the representation, in bytes.
 */
export function selectRange(
  request: { readonly method: string; readonly header: HeaderOf },
  validators: Validators,
  length: number,
): SelectedRange {
  const field = request.header('range')
  if (field === undefined || request.method !== 'GET') return WHOLE
  const ifRange = request.header('if-range')
  if (ifRange !== undefined && !isSame(ifRange, validators)) return WHOLE
  const [, first, last] = RANGE.exec(field) ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return WHOLE
  return first === '' ? suffix(Number(last), length) : between(Number(first), last, length)
}

const WHOLE = { kind: 'whole' } as const
const UNSATISFIABLE = { kind: 'unsatisfiable' } as const
const RANGE = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i

/** RFC 9110 14.1.2: of what is shorter all is the end of it; no bytes at all are none that could be sent as a part. */
function suffix(count: number, length: number): SelectedRange {
  if (count === 0) return UNSATISFIABLE
  return length === 0 ? WHOLE : { kind: 'part', start: Math.max(0, length - count), end: length - 1 }
}

function between(start: number, last: string, length: number): SelectedRange {
  if (last !== '' && Number(last) < start) return WHOLE
  if (start >= length) return UNSATISFIABLE
  return { kind: 'part', start, end: last === '' ? length - 1 : Math.min(Number(last), length - 1) }
}

/** A date is exact enough only where what was stored was made at least a second later: RFC 9110 8.8.2.2. */
function isSame(ifRange: string, { etag, lastModified, date }: Validators): boolean {
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return etag !== undefined && strongMatch(ifRange, etag)
  const [wanted, modified, made] = [ifRange, lastModified ?? '', date ?? ''].map((text) => parseHttpDate(text))
  if (wanted === undefined || modified === undefined || made === undefined) return false
  return wanted === modified && made - modified >= 1000
}
