import type { Redstart } from '@redstart/core'

/**
 * How long "there is no such thing" is believed. Long enough that asking for a wrong id over and over does not reach
 * the database, short enough that what appears by other means than this app soon shows.
 */
export const BELIEVE_ABSENT_MS = 30_000

/** How the entries of {@link findable} are named and tagged. */
export interface FindableOptions<Id, Value> {
  readonly key: (id: Id) => string | number
  /** Tags that follow from the id. */
  readonly idTags?: (id: Id) => readonly string[]
  /** Tags that follow from what was found. */
  readonly tags?: (value: Value) => readonly string[]
}

/**
 * A cache in front of something that may not be there. What is found stays as long as its namespace says. `null` is
 * kept in the same place, but only for {@link BELIEVE_ABSENT_MS}: all nulls carry one tag, and the first null that is
 * read after that time invalidates the tag and asks again. A process that has just started waits once as long.
 *
 * @param now milliseconds of this process, only compared with each other.
 */
export function findable<Id, Value extends object>(
  { cache, invalidate }: Redstart,
  name: string,
  { key, idTags = () => [], tags = () => [] }: FindableOptions<Id, Value>,
  load: (id: Id) => Promise<Value | null>,
  now: () => number = () => performance.now(),
): (id: Id) => Promise<Value | null> {
  const absent = `absent:${name}`
  let believedSince = now()
  const read = cache.define(
    name,
    { key, argumentTags: idTags, tags: (value: Value | null) => (value === null ? [absent] : tags(value)) },
    (id: Id) => load(id),
  )
  return async (id) => {
    const found = await read(id)
    if (found !== null || now() - believedSince < BELIEVE_ABSENT_MS) return found
    believedSince = now()
    await invalidate({ tags: [absent] })
    return read(id)
  }
}
