import { DevalueError } from 'devalue'
import { RedstartError } from '../errors.ts'
import { decodeBytes, encodeBytes, isBytes } from './bytes.ts'
import { type Codec, type DecodedValue, type EncodedValue, type Serializer, UNREADABLE } from './codec.ts'
import { decodeDevalue, encodeDevalue, holdsLongBigInt } from './devalue.ts'
import { inspect } from './inspect.ts'
import { decodeJson, encodeJson } from './json.ts'
import { decodeMessage, encodeMessage } from './msgpack.ts'
import { scanMessage } from './msgpack-scan.ts'
import { isPlainMessage } from './plain-message.ts'
import { isPlainJson } from './plain.ts'

/**
 * Turns a value into bytes from which {@link decodeValue} makes an equal one: equal as `isDeepStrictEqual` of
 * `node:util` sees it, with two exceptions that are named in the specification (a Buffer comes back as a `Uint8Array`,
 * an accessor as the value that it gave).
 *
 * A `Uint8Array` is stored as it is, what JSON keeps whole as JSON, all else as devalue. Nothing of the value is kept
 * or changed.
 *
 * @param serializer `msgpack` for what MessagePack keeps whole as that, and all else as without it.
 * @throws RedstartError `UNSUPPORTED_VALUE`, naming the path, for what would not come back the same: functions,
 * symbols, instances of classes, promises, errors, nesting deeper than 500 levels, a BigInt of more than 10,000 digits, ...
 * @throws RedstartError `VALUE_TOO_LARGE` when its text is longer than a string can be.
 */
export function encodeValue(value: unknown, serializer: Serializer = 'json'): EncodedValue {
  try {
    if (isBytes(value)) return { codec: 'bytes', payload: encodeBytes(value) }
    if (serializer === 'msgpack' && isPlainMessage(value)) return { codec: 'msgpack', payload: encodeMessage(value) }
    if (isPlainJson(value) || inspect(value) === 'json') return { codec: 'json', payload: encodeJson(value) }
    return { codec: 'devalue', payload: encodeDevalue(value) }
  } catch (error) {
    throw RedstartError.is(error) ? error : failed(error)
  }
}

/**
 * Makes the value anew. Never throws: a payload that the codec does not understand gives `{ ok: false }`.
 * See {@link DecodedValue} for who may hold the result.
 */
export function decodeValue(codec: Codec, payload: Uint8Array): DecodedValue {
  try {
    switch (codec) {
      case 'json':
        return decodeJson(payload)
      case 'bytes':
        return decodeBytes(payload)
      case 'msgpack':
        return decodeMessage(payload)
      case 'devalue':
        return decodeDevalue(payload)
    }
  } catch {
    return UNREADABLE
  }
}

/**
 * Whether a payload that cannot be decoded is of no use to anybody. Text of devalue that is whole may hold a type which
 * only another version of Node.js or of devalue knows, and MessagePack extensions of whoever else writes it.
 */
export function isDamaged(codec: Codec, payload: Uint8Array): boolean {
  if (codec === 'msgpack') return scanMessage(payload).kind !== 'strange'
  if (codec !== 'devalue') return true
  const whole = decodeValue('json', payload)
  return !whole.ok || holdsLongBigInt(whole.value)
}

/** What the runtime or an accessor of the value threw. An error of devalue holds the value itself, so it is not passed on. */
function failed(error: unknown): RedstartError {
  if (error instanceof RangeError && error.message === 'Invalid string length') {
    return new RedstartError(
      'VALUE_TOO_LARGE',
      'The value is longer as text than a string can be; store less in one entry',
    )
  }
  const message = 'The value cannot be read as plain data; store a copy made of objects, arrays and primitives'
  return new RedstartError('UNSUPPORTED_VALUE', message, error instanceof DevalueError ? {} : { cause: error })
}
