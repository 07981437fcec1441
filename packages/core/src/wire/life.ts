import { Buffer } from 'node:buffer'
import { ENTRY_OFFSETS } from './layout.ts'

/** Both instants of an entry's life as they lie in it, one behind the other. */
export function lifeBytes(freshUntil: number, staleUntil: number): Uint8Array {
  const bytes = Buffer.alloc(16)
  bytes.writeBigUInt64BE(BigInt(Math.floor(freshUntil)), 0)
  bytes.writeBigUInt64BE(BigInt(Math.floor(staleUntil)), 8)
  return bytes
}

/** A copy of an entry's bytes with another life. */
export function withLife(entry: Uint8Array, freshUntil: number, staleUntil: number): Uint8Array {
  const bytes = new Uint8Array(entry)
  bytes.set(lifeBytes(freshUntil, staleUntil), ENTRY_OFFSETS.freshUntil)
  return bytes
}
