/**
 * The wire format: how cache entries lie in a backend, byte for byte. `docs/wire-format.md` is its specification,
 * `docs/wire-vectors.json` its test vectors.
 *
 * @packageDocumentation
 */
export { type Codec, DEEPEST_VALUE, type DecodedValue, type EncodedValue, type Serializer } from './codec.ts'
export { compressPayload, hasCompression, inflatePayload } from './compress.ts'
export { COMPRESSION_LEVELS, type Compression, type CompressionAlgorithm } from './compression.ts'
export { decodeEntry } from './decode-entry.ts'
export { encodeEntry } from './encode-entry.ts'
export type { DecodedEntry, EntryFault, WireEntry } from './entry.ts'
export { ENTRY_OFFSETS } from './layout.ts'
export { decodeValue, encodeValue, isDamaged } from './value.ts'
