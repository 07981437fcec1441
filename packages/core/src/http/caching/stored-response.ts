import { Buffer } from 'node:buffer'
import { invalidArgument } from '../../errors.ts'
import { asBuffer } from '../../wire/text.ts'
import type { HeaderList } from '../exchange.ts'

/** What is stored under the key of a response, times in ms. */
export type StoredResponse =
  | {
      readonly kind: 'response'
      readonly status: number
      readonly headers: HeaderList
      /** When the handler was asked, and when its head came. */
      readonly requestedAt: number
      readonly receivedAt: number
      /** How old it was when it came (9111 4.2.3). */
      readonly initialAge: number
      /** For how long it is fresh, from when it was made. */
      readonly fresh: number
      /** For how long after that it may be served while it is made anew, and where that fails. */
      readonly staleWhileRevalidate: number
      readonly staleIfError: number
      /** It is never served stale. */
      readonly mustRevalidate: boolean
      readonly body: Uint8Array
    }
  /** The key has variants: which one, these headers of a request decide. */
  | { readonly kind: 'vary'; readonly names: readonly string[] }

type WholeResponse = Extract<StoredResponse, { readonly kind: 'response' }>

/**
 * The bytes of an entry, nobody else's: the head, the headers as HTTP has them, and the body as it is.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what no reader would take: a status or a time that is none, a name that is no
 *   token, a value with characters that HTTP does not have, a `Set-Cookie`, or more than 4 GiB.
 */
export function encodeStored(stored: StoredResponse): Uint8Array {
  const fault = faultOf(stored)
  if (fault !== undefined) throw invalidArgument(...fault)
  const texts = stored.kind === 'vary' ? stored.names : stored.headers.flat()
  const body = stored.kind === 'vary' ? NO_BODY : stored.body
  const length = texts.reduce((sum, text) => sum + LENGTH_BYTES + text.length, OFFSETS.texts + body.length)
  const bytes = Buffer.allocUnsafeSlow(length)
  bytes.fill(0, 0, OFFSETS.texts)
  bytes.writeUInt32BE(MAGIC)
  bytes[OFFSETS.kind] = KINDS[stored.kind]
  if (stored.kind === 'response') writeHead(bytes, stored)
  bytes.writeUInt32BE(texts.length, OFFSETS.textCount)
  bytes.writeUInt32BE(body.length, OFFSETS.bodyLength)
  let at: number = OFFSETS.texts
  for (const text of texts) {
    bytes.writeUInt32BE(text.length, at)
    at += LENGTH_BYTES + bytes.write(text, at + LENGTH_BYTES, 'latin1')
  }
  bytes.set(body, at)
  return bytes
}

/**
 * Reads an entry; its body is a view of the same memory. Never throws: undefined for bytes that are none, that are cut or of
 * another version, and for what {@link encodeStored} refuses.
 */
export function decodeStored(bytes: Uint8Array): StoredResponse | undefined {
  const buffer = asBuffer(bytes)
  if (buffer.length < OFFSETS.texts || buffer.readUInt32BE() !== MAGIC) return undefined
  const texts: string[] = []
  const end = readTexts(buffer, texts)
  if (end === undefined || end + buffer.readUInt32BE(OFFSETS.bodyLength) !== buffer.length) return undefined
  const stored = readStored(buffer, texts, bytes.subarray(end))
  return stored !== undefined && faultOf(stored) === undefined ? stored : undefined
}

/** `RsH`, and the version. */
const MAGIC = 0x52_73_48_01
const KINDS = { response: 1, vary: 2 } as const

/** In bytes from the start. Times are float64, numbers big-endian; what a kind does not have is 0. */
const OFFSETS = {
  kind: 4,
  mustRevalidate: 5,
  status: 6,
  times: 8,
  textCount: 56,
  bodyLength: 60,
  /** Each behind its length in 4 bytes: names and values in turn; or names. The body is behind the last one. */
  texts: 64,
} as const

const LENGTH_BYTES = 4
const LARGEST = 0xffff_ffff
const NO_BODY = new Uint8Array()

/** In the order of the bytes. */
const TIMES = ['requestedAt', 'receivedAt', 'initialAge', 'fresh', 'staleWhileRevalidate', 'staleIfError'] as const

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** 9110 5.5; whatever else could begin a header of its own. */
const VALUE = /^[\t -~\u0080-\u00ff]*$/

function writeHead(bytes: Buffer, stored: WholeResponse): void {
  bytes[OFFSETS.mustRevalidate] = stored.mustRevalidate ? 1 : 0
  bytes.writeUInt16BE(stored.status, OFFSETS.status)
  for (const [n, name] of TIMES.entries()) bytes.writeDoubleBE(stored[name], OFFSETS.times + 8 * n)
}

/** Adds the texts to `texts`. Returns where the body begins; undefined where one is cut. */
function readTexts(buffer: Buffer, texts: string[]): number | undefined {
  const end = endOfTexts(buffer)
  if (end === undefined) return undefined
  // Decoded at once, and cut then: each call into the runtime costs more than a header does.
  const all = buffer.toString('latin1', OFFSETS.texts, end)
  for (let at = 0; at < all.length;) {
    const from = at + LENGTH_BYTES
    at = from + buffer.readUInt32BE(OFFSETS.texts + at)
    texts.push(all.slice(from, at))
  }
  return end
}

function endOfTexts(buffer: Buffer): number | undefined {
  let at: number = OFFSETS.texts
  for (let left = buffer.readUInt32BE(OFFSETS.textCount); left > 0; left--) {
    if (at + LENGTH_BYTES > buffer.length) return undefined
    at += LENGTH_BYTES + buffer.readUInt32BE(at)
  }
  return at <= buffer.length ? at : undefined
}

function readStored(buffer: Buffer, texts: readonly string[], body: Uint8Array): StoredResponse | undefined {
  const kind = buffer[OFFSETS.kind]
  if (kind === KINDS.vary) return body.length === 0 ? { kind: 'vary', names: texts } : undefined
  if (kind !== KINDS.response || texts.length % 2 !== 0) return undefined
  const headers: (readonly [string, string])[] = []
  for (let n = 0; n < texts.length; n += 2) headers.push([texts[n] ?? '', texts[n + 1] ?? ''])
  const time = (n: number): number => buffer.readDoubleBE(OFFSETS.times + 8 * n)
  return {
    kind: 'response',
    status: buffer.readUInt16BE(OFFSETS.status),
    headers,
    requestedAt: time(0),
    receivedAt: time(1),
    initialAge: time(2),
    fresh: time(3),
    staleWhileRevalidate: time(4),
    staleIfError: time(5),
    mustRevalidate: buffer[OFFSETS.mustRevalidate] === 1,
    body,
  }
}

/** What of it no answer may have, as an error says it. */
function faultOf(stored: StoredResponse): Parameters<typeof invalidArgument> | undefined {
  if (stored.kind === 'vary') {
    const wrong = stored.names.find((name) => !NAME.test(name))
    return wrong === undefined ? undefined : ['a name of Vary', wrong, 'the name of a header']
  }
  const { status, headers, body } = stored
  if (!Number.isInteger(status) || status < 200 || status > 999) return ['status', status, 'a number of 200 to 999']
  if (body.length > LARGEST) return ['the length of the body', body.length, `at most ${LARGEST} bytes`]
  for (const time of TIMES)
    if (!(stored[time] >= 0 && stored[time] <= Number.MAX_SAFE_INTEGER))
      return [time, stored[time], `milliseconds, 0 to ${Number.MAX_SAFE_INTEGER}`]
  for (const [name, value] of headers) {
    if (!NAME.test(name) || name.toLowerCase() === 'set-cookie') return ['a header', name, 'a name that may be stored']
    // The value may be anybody's.
    if (!VALUE.test(value)) return ['the value of a header', name, 'characters that HTTP has, none above U+00FF']
  }
  return undefined
}
