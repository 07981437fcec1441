import { COMPRESSION_LEVELS, type Compression, type CompressionAlgorithm } from './compression.ts'
import { zlibEngine } from './zlib-engines.ts'

/** Whether this Node.js has the algorithm. */
export function hasCompression(algorithm: CompressionAlgorithm): boolean {
  return zlibEngine(algorithm) !== undefined
}

/**
 * Most bytes that are compressed on this thread, at a level that is no slower than the usual one: about 0.3 ms. Larger
 * payloads go to the thread pool, whose queue and hand-over take about as long.
 */
const COMPRESS_HERE = 16_384
/** Most bytes that are inflated on this thread: about 0.3 ms. */
const INFLATE_HERE = 65_536

/**
 * The payload compressed; undefined where that takes no fewer bytes, the four of its length counted, or this Node.js
 * does not have the algorithm. A promise where it is made on the thread pool.
 */
export function compressPayload(
  payload: Uint8Array,
  algorithm: CompressionAlgorithm,
  level: number = COMPRESSION_LEVELS[algorithm].usual,
): Uint8Array | undefined | Promise<Uint8Array | undefined> {
  const engine = zlibEngine(algorithm)
  if (engine === undefined) return undefined
  const gained = (stream: Uint8Array): Uint8Array | undefined =>
    stream.length + LENGTH_BYTES < payload.length ? stream : undefined
  if (payload.length <= COMPRESS_HERE && level <= COMPRESSION_LEVELS[algorithm].usual)
    return gained(engine.compressSync(payload, level))
  return new Promise((resolve, reject) => {
    engine.compress(payload, level, (error, stream) => (error === null ? resolve(gained(stream)) : reject(error)))
  })
}

/**
 * The payload that was compressed; undefined where the bytes are damaged, in which nothing is allocated beyond the
 * length that they declare. Check that length first. A promise where it is made on the thread pool; never rejects.
 */
export function inflatePayload(
  stream: Uint8Array,
  { algorithm, length }: Compression,
): Uint8Array | undefined | Promise<Uint8Array | undefined> {
  const engine = zlibEngine(algorithm)
  if (engine === undefined || length < 1) return undefined
  if (length > INFLATE_HERE) {
    return new Promise((resolve) => {
      engine.inflate(stream, length, (error, inflated) =>
        resolve(error === null ? whole(inflated as Inflated, stream, length) : undefined),
      )
    })
  }
  try {
    return whole(engine.inflateSync(stream, length) as Inflated, stream, length)
  } catch {
    return undefined
  }
}

/** Bytes that a compressed payload takes beside its stream. */
const LENGTH_BYTES = 4

/** What Node.js gives where it is asked for more than the output. */
interface Inflated {
  readonly buffer: Uint8Array
  /** `bytesWritten` counts the input that was used up. */
  readonly engine: { readonly bytesWritten: number }
}

/** All of the input must have been used, and all that was declared have come of it. */
function whole({ buffer, engine }: Inflated, stream: Uint8Array, length: number): Uint8Array | undefined {
  return buffer.length === length && engine.bytesWritten === stream.length ? buffer : undefined
}
