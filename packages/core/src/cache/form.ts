import { invalidArgument } from '../errors.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'

/** What a reader expects of the entries that it may use. */
export interface Form {
  /** The definition's version, as entries carry it; 0 for none. */
  readonly shape: number
  /** What values must fit, and are turned into by it. */
  readonly schema: StandardSchemaV1 | undefined
  /** Most bytes of a value, encoded and not compressed. */
  readonly maxValueBytes: number
  /** JSON that other programs wrote is a value, too: for so many ms at most. Undefined where it is not. */
  readonly foreignTtl: number | undefined
}

/** Largest value where nobody says otherwise, encoded: 8 MiB. */
export const LARGEST_VALUE: number = 8 * 1024 * 1024

/** A reader that expects nothing. */
export const ANY_FORM: Form = { shape: 0, schema: undefined, maxValueBytes: LARGEST_VALUE, foreignTtl: undefined }

/** Whether what was kept for one reader may be used by another: of the same version, and through the same schema. */
export function fits(kept: Pick<Form, 'shape' | 'schema'>, wanted: Pick<Form, 'shape' | 'schema'>): boolean {
  return kept.shape === wanted.shape && kept.schema === wanted.schema
}

/** Refuses what is no schema. */
export function checkSchema(schema: unknown): void {
  // ArkType's schemas are functions.
  const standard: unknown =
    (typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema
      ? schema['~standard']
      : undefined
  const sound =
    typeof standard === 'object' &&
    standard !== null &&
    'validate' in standard &&
    typeof standard.validate === 'function' &&
    'version' in standard &&
    standard.version === 1
  if (!sound) throw invalidArgument('schema', schema, 'a schema with Standard Schema, version 1 (~standard)')
}

const LARGEST_SHAPE = 0xffff_ffff
const LONGEST_VERSION = 256

/**
 * A version as entries carry it: numbers as they are, text hashed as `docs/wire-format.md` says.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for another number than a whole one of 1 to 2^32 - 1, and for text that is
 *   empty or longer than 256 characters.
 */
export function shapeOf(version: number | string): number {
  const shape = hashedVersion(version)
  if (shape >= 1) return shape
  throw invalidArgument(
    'version',
    version,
    `a whole number of 1 to ${LARGEST_SHAPE}, or text of 1 to ${LONGEST_VERSION} characters`,
  )
}

/** The same, but NaN for what is not allowed: it equals no version. */
export function hashedVersion(version: unknown): number {
  if (typeof version === 'string' && version !== '' && version.length <= LONGEST_VERSION) return hash(version)
  const allowed = typeof version === 'number' && Number.isInteger(version) && version >= 1 && version <= LARGEST_SHAPE
  return allowed ? version : Number.NaN
}

/** FNV-1a, 32 bits; never 0, which says that there is no version. */
function hash(text: string): number {
  let sum = 0x811c_9dc5
  for (const byte of Buffer.from(text, 'utf8')) sum = Math.imul(sum ^ byte, 0x0100_0193)
  return sum >>> 0 || 1
}
