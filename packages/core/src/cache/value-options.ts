import { invalidArgument } from '../errors.ts'
import { type CompressionOptions, type CompressionSettings, resolveCompression } from './compression-options.ts'
import { ANY_FORM, type Form, shapeOf } from './form.ts'
import type { Serializer } from '../wire/index.ts'

/** How values are stored, and which stored ones are taken. */
export interface ValueOptions {
  /**
   * How values are compressed on their way to the backend, if they are; memory keeps them as they are. Whoever reads may
   * be set otherwise.
   * @default false
   */
  readonly compression?: false | CompressionOptions
  /**
   * What values are written as where it keeps them whole: JSON text, or MessagePack, which takes less room, and holds bytes
   * within a value as they are. What it would change is written in a form that keeps it, and bytes alone as they are. Each
   * entry says what it is, and every reader reads all of them, however it is set.
   * @default 'json'
   */
  readonly serializer?: Serializer
  /**
   * Most bytes of a value, encoded and not compressed, up to 67108864 (64 MiB). A larger one that a loader returned is
   * handed on and not stored; one that is set is refused; one that another instance stored is a miss.
   * @default 8388608 (8 MiB)
   */
  readonly maxValueBytes?: number
  /**
   * Version of what is stored: text, or a whole number of 1 to 4294967295. Change it when a deployment changes the shape
   * of values. An entry with another version is a miss, one without any included, so that neither release reads the other's. While
   * both run they take turns overwriting the entries of both, which costs loads and nothing else.
   *
   * `get` and `set` by key have the version of the namespace: where they meet definitions, give it to the namespace.
   * @default none
   */
  readonly version?: number | string
  /**
   * Takes JSON that another program wrote under a key for its value. Such a value has neither a clock nor tags: it counts
   * as read from its source at each read, and memory keeps it for `ttl`, `maxStaleness` or the next invalidation of its
   * key, namespace or prefix, whichever is soonest, whatever its own expiry in Redis is. Invalidating its key also removes
   * it from the backend, a moment later in a Cluster; an invalidation by prefix, namespace or tag only reaches the copies
   * in memory, so that the next read finds the same value again. A `version` is not looked for in it; give readers a
   * `schema`. What a loader or `set` stores replaces it, in the format of this library.
   * @default false
   */
  readonly foreignJson?: boolean
}

/** The same, resolved. */
export interface ValueSettings {
  readonly serializer: Serializer
  readonly compression: CompressionSettings | undefined
  /** What readers expect, but for their schema. */
  readonly form: Form
}

export const VALUE_DEFAULTS: ValueSettings = { serializer: 'json', compression: undefined, form: ANY_FORM }

/**
 * Lays options over settings.
 *
 * @param ttl of the namespace or call, in ms.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, `UNSUPPORTED` for a compression that this
 *   Node.js does not have.
 */
export function resolveValues(options: ValueOptions, ttl: number, base: ValueSettings): ValueSettings {
  const { serializer, compression } = options
  if (serializer !== undefined && serializer !== 'json' && serializer !== 'msgpack')
    throw invalidArgument('serializer', serializer, "'json' or 'msgpack'")
  return {
    serializer: serializer ?? base.serializer,
    compression: compression === undefined ? base.compression : resolveCompression(compression),
    form: resolveForm(options, ttl, base.form),
  }
}

function resolveForm({ version, maxValueBytes, foreignJson }: ValueOptions, ttl: number, base: Form): Form {
  if (maxValueBytes !== undefined) checkBytes(maxValueBytes)
  if (foreignJson !== undefined && typeof foreignJson !== 'boolean')
    throw invalidArgument('foreignJson', foreignJson, 'true or false')
  const foreign = foreignJson ?? base.foreignTtl !== undefined
  if (version === undefined && maxValueBytes === undefined && !foreign && base.foreignTtl === undefined) return base
  return {
    shape: version === undefined ? base.shape : shapeOf(version),
    schema: undefined,
    maxValueBytes: maxValueBytes ?? base.maxValueBytes,
    foreignTtl: foreign ? ttl : undefined,
  }
}

const MOST_VALUE_BYTES = 64 * 1024 * 1024

function checkBytes(bytes: number): void {
  if (!Number.isSafeInteger(bytes) || bytes < 1 || bytes > MOST_VALUE_BYTES)
    throw invalidArgument('maxValueBytes', bytes, `a whole number of 1 to ${MOST_VALUE_BYTES}`)
}
