import zlib, { type BrotliOptions } from 'node:zlib'
import type { CompressionAlgorithm } from './compression.ts'

/** Undefined where this Node.js has none for it. */
export function zlibEngine(algorithm: CompressionAlgorithm): ZlibEngine | undefined {
  return algorithm === 'gzip' ? GZIP : algorithm === 'brotli' ? BROTLI : ZSTD
}

/** The two ways of Node.js to run an algorithm, on this thread and on its thread pool. */
export interface ZlibEngine {
  compressSync(payload: Uint8Array, level: number): Uint8Array
  compress(payload: Uint8Array, level: number, done: (error: Error | null, result: Uint8Array) => void): void
  inflateSync(payload: Uint8Array, length: number): unknown
  inflate(payload: Uint8Array, length: number, done: (error: Error | null, result: unknown) => void): void
}

/** Output is gathered in pieces of this size, so that a length that is a lie costs no memory. */
const LARGEST_PIECE = 65_536
const SMALLEST_PIECE = 64

/** Never more output than was declared: what would be larger is refused as soon as it is. */
function bounds(length: number): { maxOutputLength: number; chunkSize: number; info: true } {
  const chunkSize = Math.min(Math.max(length, SMALLEST_PIECE), LARGEST_PIECE)
  return { maxOutputLength: length, chunkSize, info: true } // info: how much of the input was used, which the types do not know
}

const GZIP: ZlibEngine = {
  compressSync: (payload, level) => zlib.gzipSync(payload, { level }),
  compress: (payload, level, done) => zlib.gzip(payload, { level }, done),
  inflateSync: (payload, length) => zlib.gunzipSync(payload, bounds(length)),
  inflate: (payload, length, done) => zlib.gunzip(payload, bounds(length), done),
}

const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = zlib.constants

function brotliOptions(payload: Uint8Array, level: number): BrotliOptions {
  return { params: { [BROTLI_PARAM_QUALITY]: level, [BROTLI_PARAM_SIZE_HINT]: payload.length } }
}

const BROTLI: ZlibEngine = {
  compressSync: (payload, level) => zlib.brotliCompressSync(payload, brotliOptions(payload, level)),
  compress: (payload, level, done) => zlib.brotliCompress(payload, brotliOptions(payload, level), done),
  inflateSync: (payload, length) => zlib.brotliDecompressSync(payload, bounds(length)),
  inflate: (payload, length, done) => zlib.brotliDecompress(payload, bounds(length), done),
}

/** The part of Node.js 22.15 that the types of the oldest supported version lack. */
interface WithZstd {
  zstdCompressSync(payload: Uint8Array, options: object): Uint8Array
  zstdCompress(payload: Uint8Array, options: object, done: (error: Error | null, result: Uint8Array) => void): void
  zstdDecompressSync(payload: Uint8Array, options: object): unknown
  zstdDecompress(payload: Uint8Array, options: object, done: (error: Error | null, result: unknown) => void): void
  readonly constants: Readonly<
    Record<'ZSTD_c_compressionLevel' | 'ZSTD_c_checksumFlag' | 'ZSTD_d_windowLogMax', number>
  >
}

/** Log2 of the largest window that a reader keeps: 8 MiB, which RFC 8878 asks of every decoder. */
const ZSTD_WINDOW = 23

function withZstd(found: object): ZlibEngine | undefined {
  if (!('zstdCompress' in found)) return undefined
  const node = found as WithZstd // the four came together
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag, ZSTD_d_windowLogMax } = node.constants
  const writing = (payload: Uint8Array, level: number): object => ({
    params: { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 },
    pledgedSrcSize: payload.length,
  })
  const reading = (length: number): object => ({ ...bounds(length), params: { [ZSTD_d_windowLogMax]: ZSTD_WINDOW } })
  return {
    compressSync: (payload, level) => node.zstdCompressSync(payload, writing(payload, level)),
    compress: (payload, level, done) => node.zstdCompress(payload, writing(payload, level), done),
    inflateSync: (payload, length) => node.zstdDecompressSync(payload, reading(length)),
    inflate: (payload, length, done) => node.zstdDecompress(payload, reading(length), done),
  }
}

const ZSTD = withZstd(zlib)
