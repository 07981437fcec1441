import type { Codec } from './codec.ts'
import type { CompressionAlgorithm } from './compression.ts'

/** First byte of everything: never valid in UTF-8, so no text and no JSON can begin with it. */
export const MAGIC = 0xc1
/** The one version there is. */
export const VERSION = 1
/** High half of byte 2. */
export const NO_COMPRESSION = 0
/** High half of byte 3: the fields of a cache entry follow. 0 is an envelope without fields. */
export const CACHE_ENTRY = 1
/** Low half of byte 3. */
export const NO_PROTECTION = 0
/** Byte 3 of an envelope without fields that is sealed with AES-256-GCM. */
export const SEALED = 1
/** Where the parts of a sealed envelope are, in bytes from its start. Scripts compare `nonce` in place. */
export const SEALED_OFFSETS: { readonly keyId: 4; readonly nonce: 8; readonly ciphertext: 20 } = {
  keyId: 4,
  nonce: 8,
  ciphertext: 20,
}
/** At the end of a sealed envelope. */
export const TAG_BYTES = 16

/**
 * Where the fields of a cache entry are, in bytes from its start. Scripts compare `generation` and `clock` in place;
 * `docs/wire-format.md` says what each one means.
 */
export const ENTRY_OFFSETS: {
  readonly generation: 4
  readonly clock: 20
  readonly loaded: 28
  readonly freshUntil: 36
  readonly staleUntil: 44
  readonly cost: 52
  readonly shape: 56
  readonly nameCount: 60
  readonly names: 62
} = {
  generation: 4,
  clock: 20,
  loaded: 28,
  freshUntil: 36,
  staleUntil: 44,
  cost: 52,
  shape: 56,
  nameCount: 60,
  names: 62,
}

/** Low half of byte 2; 3 (text) is reserved. */
export function codecNumber(codec: Codec): number {
  return codec === 'json' ? 1 : codec === 'msgpack' ? 2 : codec === 'devalue' ? 4 : 0
}

/** Undefined for a number that is reserved or unknown. */
export function codecOf(number: number): Codec | undefined {
  switch (number) {
    case 0:
      return 'bytes'
    case 1:
      return 'json'
    case 2:
      return 'msgpack'
    case 4:
      return 'devalue'
    default:
      return undefined
  }
}

/** High half of byte 2; 1 to 4 are reserved for streams without a length in front. */
export function compressionNumber(algorithm: CompressionAlgorithm): number {
  return algorithm === 'gzip' ? 5 : algorithm === 'brotli' ? 6 : 7
}

/** Undefined for none, and for a number that is reserved or unknown. */
export function compressionOf(number: number): CompressionAlgorithm | undefined {
  return number === 5 ? 'gzip' : number === 6 ? 'brotli' : number === 7 ? 'zstd' : undefined
}
