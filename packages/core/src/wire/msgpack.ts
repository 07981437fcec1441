import { decode, encode } from '@msgpack/msgpack'
import { DEEPEST_VALUE, type DecodedValue, UNREADABLE } from './codec.ts'
import { freezeParsed } from './freeze.ts'
import { scanMessage } from './msgpack-scan.ts'

/** MessagePack of a value that `isPlainMessage` knows to be kept whole by it. */
export function encodeMessage(value: unknown): Uint8Array {
  return encode(value, { maxDepth: DEEPEST_VALUE + 1 })
}

/**
 * The value of a MessagePack payload: deeply frozen where no bytes are in it. It is looked over before it is read, so that
 * lengths which it only claims allocate nothing. A member `__proto__` is refused.
 */
export function decodeMessage(payload: Uint8Array): DecodedValue {
  const scanned = scanMessage(payload)
  if (scanned.kind !== 'sound') return UNREADABLE
  const value = decode(payload)
  if (scanned.binary) return { ok: true, value: withOwnBytes(value), sharable: false }
  if (typeof value === 'object' && value !== null && !freezeParsed(value, DEEPEST_VALUE)) return UNREADABLE
  return { ok: true, value, sharable: true }
}

/** Puts copies in the place of bytes that are views on the payload: their reader may write into them. */
function withOwnBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (typeof value !== 'object' || value === null) return value
  const members = value as Record<string, unknown> // freshly decoded: a plain object or an array
  for (const key of Object.keys(members)) members[key] = withOwnBytes(members[key])
  return value
}
