/**
 * How a payload is compressed. `zstd` needs Node.js 22.15 or later, wherever the entry is read as well: elsewhere it is
 * a miss.
 */
export type CompressionAlgorithm = 'gzip' | 'brotli' | 'zstd'

/** What a compressed payload says of itself. */
export interface Compression {
  readonly algorithm: CompressionAlgorithm
  /** Bytes of the payload once it is inflated. */
  readonly length: number
}

/** Levels that each algorithm has, and the one that is taken where nobody says. */
export const COMPRESSION_LEVELS: Readonly<
  Record<CompressionAlgorithm, { readonly least: number; readonly most: number; readonly usual: number }>
> = {
  gzip: { least: 1, most: 9, usual: 6 },
  brotli: { least: 0, most: 11, usual: 4 },
  zstd: { least: 1, most: 19, usual: 3 },
}
