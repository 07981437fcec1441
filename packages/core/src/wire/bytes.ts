import type { DecodedValue } from './codec.ts'

/** A copy of the bytes, of a Buffer too, so that whoever changes the value later does not change what is stored. */
export function encodeBytes(value: Uint8Array): Uint8Array {
  return new Uint8Array(value)
}

/** A copy of the payload as a plain `Uint8Array`: the caller may write into it. */
export function decodeBytes(payload: Uint8Array): DecodedValue {
  return { ok: true, value: new Uint8Array(payload), sharable: false }
}
