import { Buffer } from 'node:buffer'

/** What a key may be, in words. */
export const KEY_FORMS =
  '32 bytes as base64 (44 characters, such as `openssl rand -base64 32` gives), as 64 hexadecimal digits, or as 32 plain characters; several with commas between them, of which the first encrypts'

const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/
const HEX = /^[0-9a-f]{64}$/i
const PLAIN = /^[!-~]{32}$/

/** The keys that texts spell; undefined where there are none, or where one of them has not 32 bytes. */
export function sealingKeys(texts: readonly string[]): readonly Buffer[] | undefined {
  const keys = texts.flatMap((text) => bytesOf(text) ?? [])
  return keys.length > 0 && keys.length === texts.length ? keys : undefined
}

function bytesOf(key: string): Buffer | undefined {
  if (typeof key !== 'string') return undefined
  if (HEX.test(key)) return Buffer.from(key, 'hex')
  if (PLAIN.test(key)) return Buffer.from(key, 'latin1')
  return BASE64.test(key) ? Buffer.from(key, 'base64') : undefined
}
