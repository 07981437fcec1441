import { Buffer } from 'node:buffer'
import type { DecodedValue } from './codec.ts'

/** Whether a value is a `Uint8Array` or a Buffer, and of no class that was made of them. */
export function isBytes(value: unknown): value is Uint8Array {
  if (!(value instanceof Uint8Array)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Uint8Array.prototype || prototype === Buffer.prototype
}

/** A copy of the bytes, of a Buffer too, so that whoever changes the value later does not change what is stored. */
export function encodeBytes(value: Uint8Array): Uint8Array {
  return new Uint8Array(value)
}

/** A copy of the payload as a plain `Uint8Array`: the caller may write into it. */
export function decodeBytes(payload: Uint8Array): DecodedValue {
  return { ok: true, value: new Uint8Array(payload), sharable: false }
}
