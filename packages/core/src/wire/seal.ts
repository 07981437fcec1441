import { Buffer } from 'node:buffer'
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Codec } from './codec.ts'
import { codecNumber, codecOf, MAGIC, NO_COMPRESSION, SEALED, SEALED_OFFSETS, TAG_BYTES, VERSION } from './layout.ts'
import { newNonce } from './nonces.ts'
import { asBuffer } from './text.ts'

/** What a value is sealed with. */
export interface SealingKey {
  /** Stands for the master key that `key` was derived from, so that a reader finds it: 0 to 2^32 - 1. */
  readonly id: number
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** A payload and how to read it. */
export interface OpenedPayload {
  readonly codec: Codec
  readonly payload: Uint8Array
  /** The payload's text, where somebody has read it already. */
  readonly text?: string | undefined
}

/**
 * Seals a payload with AES-256-GCM (NIST SP 800-38D) and a random nonce.
 *
 * @param context where the value belongs: opened anywhere else it fails.
 * @returns an envelope as `docs/wire-format.md` specifies it.
 */
export function seal({ codec, payload }: OpenedPayload, key: SealingKey, context: string): Uint8Array {
  return sealWith({ codec, payload }, key, context, newNonce())
}

/**
 * The same with a nonce that the caller chooses, for test vectors: two payloads under one key and nonce give both away.
 */
export function sealWith(
  { codec, payload }: OpenedPayload,
  { id, key }: SealingKey,
  context: string,
  nonce: Uint8Array,
): Uint8Array {
  const sealed = Buffer.allocUnsafeSlow(SEALED_OFFSETS.ciphertext + payload.length + TAG_BYTES)
  sealed[0] = MAGIC
  sealed[1] = VERSION
  sealed[2] = (NO_COMPRESSION << 4) | codecNumber(codec)
  sealed[3] = SEALED
  sealed.writeUInt32BE(id, SEALED_OFFSETS.keyId)
  sealed.set(nonce, SEALED_OFFSETS.nonce)
  const cipher = createCipheriv(ALGORITHM, key, nonce)
  cipher.setAAD(boundTo(sealed, context))
  sealed.set(cipher.update(payload), SEALED_OFFSETS.ciphertext)
  cipher.final()
  sealed.set(cipher.getAuthTag(), SEALED_OFFSETS.ciphertext + payload.length)
  return sealed
}

/** The id of the key that an envelope was sealed with; undefined for bytes that are no sealed envelope of this version. */
export function sealedBy(bytes: Uint8Array): number | undefined {
  const whole = bytes.length >= SEALED_OFFSETS.ciphertext + TAG_BYTES
  if (!whole || bytes[0] !== MAGIC || bytes[1] !== VERSION || bytes[3] !== SEALED) return undefined
  if (codecOf(bytes[2] ?? 0) === undefined) return undefined
  return asBuffer(bytes).readUInt32BE(SEALED_OFFSETS.keyId)
}

/** Opens an envelope. Undefined where it was not sealed with this key for this context, or was changed since. */
export function open(bytes: Uint8Array, { id, key }: SealingKey, context: string): OpenedPayload | undefined {
  if (sealedBy(bytes) !== id) return undefined
  const codec = codecOf(bytes[2] ?? 0)
  if (codec === undefined) return undefined
  const end = bytes.length - TAG_BYTES
  const decipher = createDecipheriv(ALGORITHM, key, nonceOf(bytes))
  decipher.setAAD(boundTo(bytes, context))
  decipher.setAuthTag(bytes.subarray(end))
  try {
    const payload = decipher.update(bytes.subarray(SEALED_OFFSETS.ciphertext, end))
    decipher.final()
    return { codec, payload }
  } catch {
    return undefined
  }
}

/** The nonce of an envelope, which no other one has: it tells versions of a value apart. */
export function nonceOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(SEALED_OFFSETS.nonce, SEALED_OFFSETS.ciphertext)
}

const ALGORITHM = 'aes-256-gcm'

/** Header and key id cannot be changed either. */
function boundTo(envelope: Uint8Array, context: string): Uint8Array {
  return Buffer.concat([envelope.subarray(0, SEALED_OFFSETS.nonce), Buffer.from(context, 'utf8')])
}
