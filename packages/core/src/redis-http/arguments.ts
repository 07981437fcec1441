import { Buffer } from 'node:buffer'
import type { Value } from '../redis/client.ts'

/**
 * A script's argument as text that any JSON carries, and that `json_arguments.lua` makes bytes of again: JSON has characters
 * and no bytes, and base64 would have to be decoded in Lua, bit by bit. Bytes are characters of the same number; control
 * characters, of which JSON would make six characters each, are moved behind U+0100. What is ASCII is its own form.
 */
export function scriptArgument(value: Value): string {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string' && IS_ASCII.test(value)) return value
  return Buffer.from(value).toString('latin1').replace(CONTROL, moved)
}

// eslint-disable-next-line no-control-regex -- those of ASCII are meant
const IS_ASCII = /^[\u0000-\u007f]*$/
// eslint-disable-next-line no-control-regex -- these are meant
const CONTROL = /[\u0000-\u001f]/g

function moved(character: string): string {
  return String.fromCharCode(0x100 + character.charCodeAt(0))
}
