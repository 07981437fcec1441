import type { Codec } from './codec.ts'
import type { Compression } from './compression.ts'

/**
 * A cache entry. Instants are milliseconds of Redis time since 1970; instants, clock, cost and shape are whole
 * numbers.
 */
export interface WireEntry {
  /** 32 lower-case hexadecimal digits. */
  readonly generation: string
  /** A value that Redis's counter had reached before the load began: 0 to 2^53 - 1. */
  readonly clock: number
  /** When the load began. */
  readonly loaded: number
  readonly freshUntil: number
  /** Not before `freshUntil`. */
  readonly staleUntil: number
  /** How long the load took, in ms. Longer than 2^32 - 1 is written as 2^32 - 1. */
  readonly cost: number
  /** Version of the definition that wrote it, below 2^32; 0 where none said so. */
  readonly shape: number
  /** Names that can invalidate it, each with its kind prefix, beside those that its own path implies. */
  readonly names: readonly string[]
  readonly codec: Codec
  /** Left out where the payload is not compressed. */
  readonly compression?: Compression
  /** As it lies there, so a compressed one compressed. After decoding a view on the entry's bytes, not a copy. */
  readonly payload: Uint8Array
}

/**
 * Why bytes are no entry. All four are a miss; only `foreign` may be looked at further, by who opted into it.
 *
 * - `foreign` - not of this format: the first byte is another one.
 * - `version` - of a later version of it.
 * - `unsupported` - a codec, compression, protection or kind of fields that is reserved, unknown or no cache entry's.
 * - `damaged` - cut, or fields that contradict each other.
 */
export type EntryFault = 'foreign' | 'version' | 'unsupported' | 'damaged'

/** What came of bytes that should be a cache entry. */
export type DecodedEntry =
  | { readonly ok: true; readonly entry: WireEntry }
  | { readonly ok: false; readonly reason: EntryFault }
