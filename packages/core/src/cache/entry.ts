import type { Decidable } from '../invalidation/coherence.ts'
import { UNKNOWN } from '../invalidation/tracked-keys.ts'
import type { Counters } from '../telemetry/counters.ts'
import { type Codec, decodeValue, type WireEntry } from '../wire/index.ts'
import type { Form } from './form.ts'

/**
 * What an entry holds. `shared` is frozen plain data, one object for all; `encoded` is decoded anew for each reader,
 * because its parts can change (Date, Map, typed arrays); `unstored` is what a loader returned, when it could not be
 * stored: its own callers get it and nobody else.
 */
export type Content =
  | { readonly kind: 'shared'; readonly value: unknown }
  | { readonly kind: 'encoded'; readonly codec: Codec; readonly payload: Uint8Array }
  | { readonly kind: 'unstored'; readonly value: unknown }

/** What an entry is made of. Instants are Redis time in ms unless they say otherwise. */
export interface EntryParts extends Decidable {
  readonly content: Content
  /** When its load began. */
  readonly loaded: number
  readonly freshUntil: number
  readonly staleUntil: number
  /** How long its load took, in ms. */
  readonly cost: number
  /** Those of its namespace. */
  readonly counters: Counters
  /** `TrackedKeys.mark()` before it was read or is written; 0 where nothing is tracked. */
  readonly mark: number
  /** Own instant: the sending of the read that brought it, or the start of its load. */
  readonly fetched: number
  /** What its reader expected, which may be another than who finds it in memory. */
  readonly form: Form
}

/** What one entry costs in memory beside its payload and names: objects, the promise. */
const OVERHEAD_BYTES = 400

/** A value with everything that decides whether it may be used. */
export class Entry implements EntryParts {
  readonly generation: string
  /** The clock that it was loaded at. */
  readonly loadedClock: number
  /** Raised whenever it is confirmed as of a later clock, which is as good as a load at that clock. */
  clock: number
  readonly names: readonly string[]
  readonly sequence: number
  /** Own instant: the start of its load here, or the sending of a read that confirmed it. */
  since: number
  readonly content: Content
  readonly loaded: number
  freshUntil: number
  staleUntil: number
  readonly cost: number
  readonly counters: Counters
  /** Of the encoded value. */
  readonly bytes: number
  /** Roughly the bytes that it takes in memory. */
  readonly weight: number
  /** Redis time until which memory serves it at once: its end, or earlier where it is to be refreshed before. */
  hitUntil: number
  /** The version of the view that last found it valid; equal means that nothing has to be looked up. */
  confirmed = -1
  /** The place in the order of tracked changes when its read was sent. */
  readonly mark: number
  readonly fetched: number
  readonly form: Form
  /** What tracking makes of it: see `TrackedKeys.epochOf()`. */
  tracked: number = UNKNOWN
  /** The value's promise, the same for every reader, where the value is. */
  readonly settled: Promise<unknown> | undefined

  /** @param bytes of the encoded value. */
  constructor(parts: EntryParts, bytes: number) {
    this.generation = parts.generation
    this.loadedClock = parts.clock
    this.clock = parts.clock
    this.names = parts.names
    this.sequence = parts.sequence
    this.since = parts.since
    this.content = parts.content
    this.loaded = parts.loaded
    this.freshUntil = parts.freshUntil
    this.staleUntil = parts.staleUntil
    this.hitUntil = parts.freshUntil
    this.cost = parts.cost
    this.counters = parts.counters
    this.mark = parts.mark
    this.fetched = parts.fetched
    this.form = parts.form
    this.settled = parts.content.kind === 'shared' ? Promise.resolve(parts.content.value) : undefined
    this.bytes = bytes
    let weight = OVERHEAD_BYTES + 2 * bytes
    for (const name of parts.names) weight += 2 * name.length
    this.weight = weight
  }

  /** It was touched: it lives longer or shorter, and is as old as it was. */
  live(freshUntil: number, staleUntil: number): void {
    // Refreshed as long before its end as it would have been.
    this.hitUntil = freshUntil - (this.freshUntil - this.hitUntil)
    this.freshUntil = freshUntil
    this.staleUntil = staleUntil
  }
}

export type Freshness = 'fresh' | 'stale' | 'expired'

/** Where an entry is in its life at `time`, the latest that Redis time can be. */
export function freshnessOf(entry: Pick<Entry, 'freshUntil' | 'staleUntil'>, time: number): Freshness {
  if (time < entry.freshUntil) return 'fresh'
  return time < entry.staleUntil ? 'stale' : 'expired'
}

/** For how long it was to be fresh when its load ended, in ms: what writers of loaded values set. */
export function ttlOf({ loaded, cost, freshUntil }: Entry): number {
  return Math.max(1, freshUntil - loaded - Math.round(cost))
}

/** The value, for one reader. */
export function valueOf({ content }: Entry): unknown {
  if (content.kind !== 'encoded') return content.value
  const decoded = decodeValue(content.codec, content.payload)
  // It was decoded once before it became an entry; the bytes are ours and have not changed since.
  if (!decoded.ok) throw new TypeError('an entry in memory cannot be decoded')
  return decoded.value
}

/** The content of stored bytes; undefined when they are damaged. The payload is copied: it may be a view of a larger buffer. */
export function contentOf(codec: Codec, payload: Uint8Array): Content | undefined {
  const decoded = decodeValue(codec, payload)
  if (!decoded.ok) return undefined
  return decoded.sharable
    ? { kind: 'shared', value: decoded.value }
    : { kind: 'encoded', codec, payload: payload.slice() }
}

/**
 * An entry as it was read from the backend.
 *
 * @param bytes of the payload, inflated.
 */
export function entryFromWire(
  wire: WireEntry,
  content: Content,
  bytes: number,
  here: Pick<Entry, 'names' | 'sequence' | 'counters' | 'mark' | 'fetched' | 'form'>,
): Entry {
  // Written out: this is on the path of each hit beyond memory, where spreading an object costs as much as parsing it.
  const parts: EntryParts = {
    generation: wire.generation,
    clock: wire.clock,
    names: here.names,
    sequence: here.sequence,
    since: -Infinity,
    content,
    loaded: wire.loaded,
    freshUntil: wire.freshUntil,
    staleUntil: wire.staleUntil,
    cost: wire.cost,
    counters: here.counters,
    mark: here.mark,
    fetched: here.fetched,
    form: here.form,
  }
  return new Entry(parts, bytes)
}

/** The same entry with other content. */
export function withContent(entry: Entry, content: Content): Entry {
  const bytes = content.kind === 'encoded' ? content.payload.length : entry.bytes
  const { generation, loadedClock, names, sequence, since, loaded, freshUntil, staleUntil, cost } = entry
  const { counters, mark, fetched, form } = entry
  const parts: EntryParts = {
    generation,
    clock: loadedClock,
    names,
    sequence,
    since,
    loaded,
    freshUntil,
    staleUntil,
    cost,
    mark,
    fetched,
    counters,
    form,
    content,
  }
  const copy = new Entry(parts, bytes)
  copy.clock = entry.clock
  return copy
}
