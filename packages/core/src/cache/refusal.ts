import { RedstartError } from '../errors.ts'
import type { WriteOutcome } from '../telemetry/events.ts'

/** Most tags of an entry. More are a sign that one coarser tag is meant. */
export const MOST_TAGS = 64
/** Most names of an entry beside those of its path: its tags and what it took over from nested loads. */
const MOST_NAMES = 1024

/**
 * Refuses more names than an entry may have.
 *
 * @throws RedstartError `TOO_MANY_TAGS`.
 */
export function checkNames({ tags, names }: { readonly tags: number; readonly names: readonly string[] }): void {
  if (tags <= MOST_TAGS && names.length <= MOST_NAMES) return
  throw new RedstartError(
    'TOO_MANY_TAGS',
    `the entry has ${tags} tags and ${names.length} names in all; at most ${MOST_TAGS} and ${MOST_NAMES} are stored, since none may be dropped: use coarser tags`,
  )
}

/** Why a value was not stored, in one word. */
export function unstoredBecause(error: unknown): WriteOutcome {
  if (RedstartError.is(error, 'TOO_MANY_TAGS')) return 'too-many-tags'
  return RedstartError.is(error, 'VALUE_TOO_LARGE') ? 'too-large' : 'unsupported'
}
