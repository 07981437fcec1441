import { Buffer } from 'node:buffer'
import { invalidArgument } from '../errors.ts'

const MOST_BYTES = 256
/** Half a surrogate pair has no bytes of its own: two ids could become one. */
const HALF_PAIR = /\p{Surrogate}/u

/**
 * A user's id as sessions know it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what cannot name a user.
 */
export function checkUserId(userId: string | number): string {
  if (typeof userId === 'number' && Number.isSafeInteger(userId)) return String(userId)
  if (typeof userId === 'string' && userId !== '' && !HALF_PAIR.test(userId) && Buffer.byteLength(userId) <= MOST_BYTES)
    return userId
  throw invalidArgument('a user id', userId, `well-formed text of 1 to ${MOST_BYTES} bytes, or a whole number`)
}
