import type { Cache } from '@redstart/core'

/**
 * How long "there is no such thing" is believed. Long enough that asking for a wrong id over and over does not reach
 * the database, short enough that what appears by other means than this app soon shows.
 */
const BELIEVE_ABSENT = '30s'

/** How the entries of {@link findable} are named and tagged. */
export interface FindableOptions<Id, Value> {
  readonly key: (id: Id) => string | number
  /** Tags that follow from the id. */
  readonly idTags?: (id: Id) => readonly string[]
  /** Tags that follow from what was found. */
  readonly tags?: (value: Value) => readonly string[]
}

/**
 * A cache in front of something that may not be there. What is found stays as long as its namespace says; `null` is
 * kept in the same place, but only for {@link BELIEVE_ABSENT}.
 */
export function findable<Id, Value extends object>(
  cache: Cache,
  name: string,
  { key, idTags = () => [], tags = () => [] }: FindableOptions<Id, Value>,
  load: (id: Id) => Promise<Value | null>,
): (id: Id) => Promise<Value | null> {
  return cache.define(
    name,
    { key, argumentTags: idTags, tags: (value: Value | null) => (value === null ? [] : tags(value)) },
    async (id, context) => {
      const found = await load(id)
      if (found === null) context.ttl(BELIEVE_ABSENT)
      return found
    },
  )
}
