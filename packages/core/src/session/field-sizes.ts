import { RedstartError } from '../errors.ts'
import type { OpenedPayload } from '../wire/seal.ts'

/** Of all of these together with what they open to. */
export function sizesOf(payloads: ReadonlyMap<string, OpenedPayload>): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const [field, { payload }] of payloads) sizes.set(field, payload.length)
  return sizes
}

/** @throws RedstartError `VALUE_TOO_LARGE` for more than a session may hold. */
export function checkSizes(sizes: ReadonlyMap<string, number>): void {
  let bytes = 0
  for (const [field, size] of sizes) {
    bytes += size
    if (size > MOST_FIELD_BYTES)
      throw tooLarge(`the field ${JSON.stringify(field)} of a session has ${size} bytes`, MOST_FIELD_BYTES)
  }
  if (bytes > MOST_BYTES) throw tooLarge(`a session has ${bytes} bytes`, MOST_BYTES)
  if (sizes.size > MOST_FIELDS)
    throw new RedstartError(
      'VALUE_TOO_LARGE',
      `a session has ${sizes.size} fields; at most ${MOST_FIELDS} are stored: put them together in objects`,
    )
}

/** Most of what one session holds: fields, bytes of one, and of all together. */
const MOST_FIELDS = 64
const MOST_FIELD_BYTES = 64 * 1024
const MOST_BYTES = 256 * 1024

function tooLarge(what: string, most: number): RedstartError {
  return new RedstartError(
    'VALUE_TOO_LARGE',
    `${what}; at most ${most} are stored: keep what is large elsewhere, and its key in the session`,
  )
}
