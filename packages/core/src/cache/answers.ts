import { invalidArgument } from '../errors.ts'
import { isThenable, silence } from '../promises.ts'

/**
 * A question to the caller that must be answered at once.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a promise: it is true whatever comes of it.
 */
export function atOnce(what: string, ask: (value: unknown) => unknown): (value: unknown) => boolean {
  return (value) => {
    const answer = ask(value)
    if (!isThenable(answer)) return Boolean(answer)
    silence(answer)
    throw invalidArgument(`what ${what} returned`, answer, `true or false at once: ${what} cannot be async`)
  }
}

/** @throws RedstartError `INVALID_ARGUMENT` for tags that a function returned and that are no array. */
export function tagsFrom(what: 'tags' | 'argumentTags', tags: readonly string[]): readonly string[] {
  if (Array.isArray(tags)) return tags as readonly string[] // isArray makes it any[]; each is checked later
  silence(tags)
  throw invalidArgument(`what ${what} returned`, tags, `an array of strings at once: ${what} cannot be async`)
}
