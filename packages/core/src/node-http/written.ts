import { Buffer } from 'node:buffer'

export type Chunk = string | ArrayBufferView

/** Arguments of `write` and `end`, in any of their forms. */
export type WriteArguments = readonly [chunk?: unknown, encoding?: unknown, callback?: unknown]

/** What those arguments mean. */
export interface Written {
  readonly chunk: Chunk | undefined
  readonly encoding: BufferEncoding
  readonly callback: (() => void) | undefined
}

/**
 * Reads the arguments of `end`, for which no chunk at all is allowed as well.
 *
 * @throws TypeError as Node.js would throw, for what it would not send.
 */
export function readEnd(given: WriteArguments): Written {
  const [chunk] = given
  return typeof chunk === 'function' ? readWrite(['', 'utf8', chunk]) : readWrite([chunk ?? '', given[1], given[2]])
}

/** Reads the arguments of `write`. Throws like {@link readEnd}. */
export function readWrite([chunk, second, third]: WriteArguments): Written {
  const callback = typeof second === 'function' ? second : third
  return {
    chunk: checkedChunk(chunk),
    encoding: typeof second === 'string' ? checkedEncoding(second) : 'utf8',
    callback: typeof callback === 'function' ? () => void Reflect.apply(callback, undefined, []) : undefined,
  }
}

export function byteLength({ chunk, encoding }: Written): number {
  if (chunk === undefined) return 0
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : chunk.byteLength
}

function checkedChunk(chunk: unknown): Chunk | undefined {
  if (chunk === '') return undefined
  if (typeof chunk === 'string' || ArrayBuffer.isView(chunk)) return chunk
  const message = `The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received ${kindOf(chunk)}`
  throw Object.assign(new TypeError(message), {
    code: chunk === null ? 'ERR_STREAM_NULL_VALUES' : 'ERR_INVALID_ARG_TYPE',
  })
}

function checkedEncoding(encoding: string): BufferEncoding {
  if (Buffer.isEncoding(encoding)) return encoding
  throw Object.assign(new TypeError(`Unknown encoding: ${encoding.slice(0, 80)}`), { code: 'ERR_UNKNOWN_ENCODING' })
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}
