import { RedstartError } from '@redstart/core'

/** One argument of a Redis command. */
export type RedisArgument = string | number | Uint8Array

/** One whole frame that Redis sent: a reply, an error reply, or a push that nobody asked for (RESP3 `>`). */
export interface RespFrame {
  readonly kind: 'reply' | 'error' | 'push'
  /** Strings, numbers, bigints, booleans, null, arrays, maps; an error reply is a `RedstartError` of code `STORE_FAILED`. */
  readonly value: unknown
}

/** A command as Redis wants it: an array of bulk strings. */
export function encodeCommand(args: readonly RedisArgument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)]
  for (const arg of args) {
    const bytes = typeof arg === 'object' ? Buffer.from(arg) : Buffer.from(String(arg))
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'))
  }
  return Buffer.concat(parts)
}

/** Cuts a stream of bytes of RESP 2 or 3 into frames. Requests are frames too, arrays of bulk strings. */
export class RespParser {
  #rest: Buffer = Buffer.alloc(0)

  /** True when a frame has begun and not ended. */
  get partial(): boolean {
    return this.#rest.length > 0
  }

  /** @throws RedstartError `STORE_FAILED` when the bytes are no RESP. */
  push(chunk: Uint8Array): RespFrame[] {
    const buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : Buffer.from(chunk)
    const frames: RespFrame[] = []
    let at = 0
    for (let parsed = parse(buffer, at); parsed !== undefined; parsed = parse(buffer, at)) {
      frames.push({ kind: kindOf(buffer, at, parsed.value), value: parsed.value })
      at = parsed.end
    }
    this.#rest = buffer.subarray(at)
    return frames
  }
}

function kindOf(buffer: Buffer, at: number, value: unknown): RespFrame['kind'] {
  if (buffer.toString('latin1', at, at + 1) === '>') return 'push'
  return value instanceof RedstartError ? 'error' : 'reply'
}

interface Parsed {
  readonly value: unknown
  readonly end: number
}

/** The frame that begins at `at`; undefined while it is not whole. */
function parse(buffer: Buffer, at: number): Parsed | undefined {
  const lineEnd = buffer.indexOf('\r\n', at)
  if (lineEnd === -1) return undefined
  const type = buffer.toString('latin1', at, at + 1)
  const line = buffer.toString('utf8', at + 1, lineEnd)
  const next = lineEnd + 2
  switch (type) {
    case '$':
    case '=':
    case '!':
      return parseBulk(buffer, next, Number(line), type)
    case '*':
    case '~':
    case '>':
      return parseList(buffer, next, Number(line))
    case '%':
      return parseMap(buffer, next, Number(line))
    case '|': {
      // Attributes go before the reply that they belong to and are not part of it.
      const attributes = parseMap(buffer, next, Number(line))
      return attributes && parse(buffer, attributes.end)
    }
    default:
      return { value: parseLine(type, line), end: next }
  }
}

function parseLine(type: string, line: string): unknown {
  switch (type) {
    case '+':
      return line
    case '-':
      return new RedstartError('STORE_FAILED', line)
    case ':':
      return Number.isSafeInteger(Number(line)) ? Number(line) : BigInt(line)
    case '(':
      return BigInt(line)
    case ',':
      return Number(line.replace(/^([+-]?)inf$/, '$1Infinity'))
    case '#':
      return line === 't'
    case '_':
      return null
    default:
      throw new RedstartError('STORE_FAILED', `The bytes are not RESP: a frame begins with ${JSON.stringify(type)}`)
  }
}

function parseBulk(buffer: Buffer, at: number, length: number, type: '$' | '=' | '!'): Parsed | undefined {
  if (length < 0) return { value: null, end: at }
  const end = at + length + 2
  if (buffer.length < end) return undefined
  const text = buffer.toString('utf8', at, at + length)
  if (type === '!') return { value: new RedstartError('STORE_FAILED', text), end }
  // A verbatim string names its format first, as in `txt:`.
  return { value: type === '=' ? text.slice(4) : text, end }
}

function parseList(buffer: Buffer, at: number, count: number): Parsed | undefined {
  if (count < 0) return { value: null, end: at }
  const values: unknown[] = []
  let end = at
  while (values.length < count) {
    const parsed = parse(buffer, end)
    if (parsed === undefined) return undefined
    values.push(parsed.value)
    end = parsed.end
  }
  return { value: values, end }
}

function parseMap(buffer: Buffer, at: number, count: number): Parsed | undefined {
  const parsed = parseList(buffer, at, count * 2)
  if (parsed === undefined || !Array.isArray(parsed.value)) return parsed
  const flat: readonly unknown[] = parsed.value
  const map = new Map<unknown, unknown>()
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i], flat[i + 1])
  return { value: map, end: parsed.end }
}
