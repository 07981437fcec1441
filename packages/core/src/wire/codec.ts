/**
 * How a value lies in a payload. Bytes that name any other codec are not read.
 *
 * - `bytes` - the value is a `Uint8Array`, stored as it is.
 * - `json` - JSON text in UTF-8, for every value that JSON keeps whole. Other languages read this one.
 * - `msgpack` - MessagePack, where it was asked for and keeps the value whole. Other languages read this one, too.
 * - `devalue` - the text of the npm package `devalue`, for what JSON would damage: Date, Map, BigInt, cycles, ...
 */
export type Codec = 'bytes' | 'json' | 'msgpack' | 'devalue'

/** What values are written as where it keeps them whole. */
export type Serializer = 'json' | 'msgpack'

/** A value as bytes that are nobody else's. */
export interface EncodedValue {
  readonly codec: Codec
  readonly payload: Uint8Array
}

/**
 * What came out of a payload. `sharable` says that the value holds nothing but plain objects, arrays and primitives
 * and is deeply frozen, so one decoded value may be handed to every caller. A value that is not sharable belongs to one
 * caller alone: decode anew for the next.
 */
export type DecodedValue =
  | { readonly ok: true; readonly value: unknown; readonly sharable: boolean }
  | { readonly ok: false }

/**
 * Most decimal digits of a BigInt. To read one takes time in proportion to the square of its length, in which the process
 * does nothing else.
 */
export const LONGEST_BIGINT = 10_000

/**
 * How deep values nest, on both sides: 500 levels of objects, arrays, maps and sets. Far above what data needs and far
 * below what the stack holds.
 */
export const DEEPEST_VALUE = 500

/** The answer of every codec to a payload that it does not understand. */
export const UNREADABLE: DecodedValue = Object.freeze({ ok: false })
