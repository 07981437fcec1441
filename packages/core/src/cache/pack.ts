import { RedstartError } from '../errors.ts'
import { type Compression, compressPayload, type EncodedValue, encodeValue, type Serializer } from '../wire/index.ts'
import type { CompressionSettings } from './compression-options.ts'
import { LARGEST_VALUE } from './form.ts'

/**
 * The bytes of a value.
 *
 * @throws RedstartError `UNSUPPORTED_VALUE` for one that would not come back as it is, `VALUE_TOO_LARGE` above the limit.
 */
export function encode(value: unknown, limit: number = LARGEST_VALUE, serializer: Serializer = 'json'): EncodedValue {
  const encoded = encodeValue(value, serializer)
  if (encoded.payload.length <= limit) return encoded
  throw new RedstartError(
    'VALUE_TOO_LARGE',
    `the value takes ${encoded.payload.length} bytes; at most ${limit} are stored`,
  )
}

/** A value as an entry holds it. */
export interface Packed extends EncodedValue {
  readonly compression?: Compression
}

/** Compresses a value where it was asked for and makes it smaller. */
export async function pack(encoded: EncodedValue, settings: CompressionSettings | undefined): Promise<Packed> {
  const { codec, payload } = encoded
  if (settings === undefined || payload.length < settings.threshold) return encoded
  const { algorithm, level } = settings
  const stream = await compressPayload(payload, algorithm, level)
  if (stream === undefined) return encoded
  return { codec, payload: stream, compression: { algorithm, length: payload.length } }
}

/** Bytes that compression saves, those of the inflated length counted. */
export function savedBytes(encoded: EncodedValue, { payload, compression }: Packed): number {
  return compression === undefined ? 0 : encoded.payload.length - payload.length - LENGTH_BYTES
}

const LENGTH_BYTES = 4
