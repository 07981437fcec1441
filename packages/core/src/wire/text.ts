import { Buffer, isUtf8 } from 'node:buffer'

/** UTF-8 of a text. */
export function encodeText(text: string): Uint8Array {
  return Buffer.from(text, 'utf8')
}

/** The text that the bytes spell in UTF-8; undefined where they spell none. A byte order mark counts as text. */
export function decodeText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? asBuffer(bytes).toString('utf8') : undefined
}

/** The same memory as a Buffer, whose readers are faster than those of a plain array. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
