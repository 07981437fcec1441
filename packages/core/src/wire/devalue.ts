import { stringify, type StringifyOptions, unflatten } from 'devalue'
import { DEEPEST_VALUE, type DecodedValue, LONGEST_BIGINT, UNREADABLE } from './codec.ts'
import { freezeGraph } from './freeze.ts'
import { decodeText, encodeText } from './text.ts'

/** The devalue text of a value that was inspected before. */
export function encodeDevalue(value: unknown): Uint8Array {
  return encodeText(stringify(value, undefined, whileWriting))
}

/** The value of a devalue text: deeply frozen when only plain objects, arrays and primitives are in it. */
export function decodeDevalue(payload: Uint8Array): DecodedValue {
  const text = decodeText(payload)
  if (text === undefined) return UNREADABLE
  const flat: unknown = JSON.parse(text)
  if (typeof flat !== 'number' && !Array.isArray(flat)) return UNREADABLE
  if (holdsLongBigInt(flat)) return UNREADABLE
  const value: unknown = unflatten(flat)
  const sharable = typeof flat === 'number' || flat.every(isPlain)
  if (sharable && typeof value === 'object' && value !== null && !freezeGraph(value, DEEPEST_VALUE)) return UNREADABLE
  return { ok: true, value, sharable }
}

/** Whether a parsed devalue text holds a BigInt which nobody here has written: one too long to be read in good time. */
export function holdsLongBigInt(flat: unknown): boolean {
  return Array.isArray(flat) && flat.some(isLongBigInt)
}

function isLongBigInt(element: unknown): boolean {
  if (!Array.isArray(element) || element[0] !== 'BigInt') return false
  const digits: unknown = element[1]
  // Anything else than text would be made text of.
  return typeof digits !== 'string' || digits.length > LONGEST_BIGINT + 1
}

/** First element of a flat array that is written sparsely: its length is as large as anybody says, so it is not walked. */
const SPARSE = -7

/** True for an element of the flat form that stands for a primitive, a plain object or a dense array. */
function isPlain(element: unknown): boolean {
  if (!Array.isArray(element)) return true
  const first: unknown = element[0]
  if (typeof first === 'string') return first === 'null' || first === 'BigInt'
  return first !== SPARSE
}

/** A view stores the bytes that it shows, never the rest of its buffer: a small view may lie in a large or shared pool. */
const whileWriting: StringifyOptions = {
  operations: {
    viewInfo(view: NodeJS.ArrayBufferView) {
      const { buffer, byteOffset, byteLength } = view
      const whole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength
      const shown = whole ? buffer : new Uint8Array(buffer, byteOffset, byteLength).slice().buffer
      return { buffer: shown, byteOffset: 0, byteLength, bufferByteLength: byteLength }
    },
  },
}
