import { Buffer } from 'node:buffer'
import { randomFillSync } from 'node:crypto'
import { SEALED_OFFSETS } from './layout.ts'

/** Of AES-GCM: 96 bits. */
export const NONCE_BYTES: number = SEALED_OFFSETS.ciphertext - SEALED_OFFSETS.nonce

/** As many as `crypto.randomUUID` draws ahead: one at a time costs about as much as all the rest of sealing a field. */
const DRAWN = 128

const pool = Buffer.allocUnsafeSlow(DRAWN * NONCE_BYTES)
let used = pool.length

/** Random bytes that nobody else was given. */
export function newNonce(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const from = used
  used += NONCE_BYTES
  const nonce = Buffer.allocUnsafe(NONCE_BYTES)
  pool.copy(nonce, 0, from, used)
  return nonce
}
