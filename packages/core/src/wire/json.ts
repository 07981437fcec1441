import { DEEPEST_VALUE, type DecodedValue, UNREADABLE } from './codec.ts'
import { freezeParsed } from './freeze.ts'
import { decodeText, encodeText } from './text.ts'

/** JSON text of a value that JSON keeps whole; half a surrogate pair is written as an escape and so comes back. */
export function encodeJson(value: unknown): Uint8Array {
  return encodeText(JSON.stringify(value))
}

/** The value of a JSON text, deeply frozen. A member `__proto__` becomes an own property and never a prototype. */
export function decodeJson(payload: Uint8Array): DecodedValue {
  const text = decodeText(payload)
  if (text === undefined) return UNREADABLE
  const value: unknown = JSON.parse(text)
  if (typeof value === 'object' && value !== null && !freezeParsed(value, DEEPEST_VALUE)) return UNREADABLE
  return { ok: true, value, sharable: true }
}
