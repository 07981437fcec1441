import { impliedNames } from '../invalidation/names.ts'
import { Entry } from './entry.ts'
import { NO_GENERATION } from './load-frame.ts'
import type { Fetched } from './read-batch.ts'
import type { ReadTarget } from './read-target.ts'
import type { Unpacked } from './unpack.ts'

/** Generation and clock of a moment. */
export interface Stamped {
  readonly generation: string
  readonly clock: number
}

/** Of no moment that is known. */
export const UNSTAMPED: Stamped = { generation: NO_GENERATION, clock: 0 }

/** When another program's value was read. */
export interface ForeignRead {
  readonly fetched: Fetched
  /** What this process was proven to know before. */
  readonly before: Stamped
  /** The backend's time of the read, the earliest that it can be. */
  readonly loaded: number
  /** Milliseconds for which anything known stands. */
  readonly maxStaleness: number
}

/**
 * Another program's value: as of the read, since nothing says how old it is, and never for longer than anything that is
 * known stands. It is not decided: there is nothing that it could be decided by.
 */
export function foreignEntry(
  { path, counters, form }: ReadTarget,
  { content, bytes }: Extract<Unpacked, { kind: 'foreign' }>,
  { fetched: { sent, sequence, mark }, before, loaded, maxStaleness }: ForeignRead,
): Entry {
  const freshUntil = loaded + Math.min(maxStaleness, form.foreignTtl ?? 0)
  const parts = {
    generation: before.generation,
    clock: before.clock,
    names: impliedNames(path),
    sequence,
    since: sent,
    content,
    loaded,
    freshUntil,
    staleUntil: freshUntil,
    cost: 0,
    counters,
    mark,
    fetched: sent,
    form,
  }
  return new Entry(parts, bytes)
}
