import { Buffer } from 'node:buffer'
import { unanswered } from './failures.ts'

/** A reply with its strings in base64, as one with text. */
export function textsOf(result: unknown): unknown {
  return mapped(result, (encoded) => decoded(encoded).toString())
}

/** A reply with its strings in base64, as one with bytes. */
export function bytesOf(result: unknown): unknown {
  return mapped(result, decoded)
}

function mapped(result: unknown, each: (encoded: string) => unknown): unknown {
  if (typeof result === 'string') return each(result)
  return Array.isArray(result) ? result.map((item: unknown) => mapped(item, each)) : result
}

/** @throws RedstartError `STORE_TIMEOUT` for what no base64 is: the service does not know the header that asks for it. */
function decoded(text: string): Buffer {
  // The one string that is sent as it is.
  if (text === 'OK') return Buffer.from(text)
  if (text.length % 4 === 0 && BASE64.test(text)) return Buffer.from(text, 'base64')
  throw unanswered('its strings are not in base64, which the header Upstash-Encoding asks for')
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
