import { Buffer } from 'node:buffer'
import { type Check, wrongSecret } from './problem.ts'

/** What a key may be, in words. */
export const KEY_FORMS =
  '32 bytes as base64 (44 characters, such as `openssl rand -base64 32` gives), as 64 hexadecimal digits, or as 32 plain characters; several with commas between them, of which the first encrypts'

const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/
const HEX = /^[0-9a-f]{64}$/i
const PLAIN = /^[!-~]{32}$/

/** Keys, each as base64url; undefined when one of them has not 32 bytes. */
export function sessionKeys(list: readonly string[]): readonly string[] | undefined {
  const keys = list.map((key) => bytesOf(key)?.toString('base64url'))
  return keys.length > 0 && keys.every((key) => key !== undefined) ? keys : undefined
}

function bytesOf(key: string): Buffer | undefined {
  if (HEX.test(key)) return Buffer.from(key, 'hex')
  if (PLAIN.test(key)) return Buffer.from(key, 'latin1')
  return BASE64.test(key) ? Buffer.from(key, 'base64') : undefined
}

export const keyList: Check = (value, path) => {
  const texts: readonly unknown[] = Array.isArray(value) ? value : []
  const strings = texts.filter((key) => typeof key === 'string')
  return strings.length === texts.length && sessionKeys(strings) !== undefined
    ? []
    : [wrongSecret(path, `a list of keys, each ${KEY_FORMS.replace(/;.*$/, '')}`)]
}
