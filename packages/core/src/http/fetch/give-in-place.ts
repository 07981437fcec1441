import type { GivenHeader } from '../settled-headers.ts'
import { apply } from './answer-headers.ts'

/**
 * Gives the answer of a handler headers, where that does no harm: another Response with the same body would cost Node.js's
 * server more than all else that policies do, since it sends texts without making streams of them. It does harm
 * where the handler answers several requests with one Response, which must have nothing of any of them: never a cookie.
 *
 * @returns false where another Response is needed.
 */
export function giveInPlace(answer: Response, given: readonly GivenHeader[]): boolean {
  if (given.length === 0) return true
  if (seen.has(answer) || given.some(({ name }) => name.toLowerCase() === 'set-cookie')) return false
  seen.add(answer)
  try {
    for (const header of given) apply(answer.headers, header)
    return true
  } catch {
    return false
  }
}

const seen = new WeakSet<Response>()
