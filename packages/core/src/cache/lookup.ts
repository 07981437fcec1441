import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { impliedNames } from '../invalidation/names.ts'
import { decide, type Verdict } from '../invalidation/view.ts'
import type { Counters } from '../telemetry/counters.ts'
import type { MissReason } from '../telemetry/events.ts'
import { decodeEntry } from '../wire/index.ts'
import type { Budget } from './budget.ts'
import type { CacheStore, Snapshot } from './cache-store.ts'
import { contentOf, type Entry, entryFromWire, freshnessOf } from './entry.ts'
import type { ReadQueue } from './read-queue.ts'

/** What was found of an entry, decided. */
export type Found =
  | { readonly kind: 'fresh' | 'stale'; readonly entry: Entry }
  | { readonly kind: 'missing'; readonly reason: MissReason }

/** Finds entries beyond this process, and confirms those in it that its own view cannot decide. */
export class Lookup {
  readonly #store: CacheStore
  readonly #queue: ReadQueue
  readonly #coherence: Coherence
  readonly #clock: Clock
  /** The last entry was older than the view remembers: fetch markers along with the next one, in the same trip. */
  #floorIsYoung = true

  constructor(store: CacheStore, queue: ReadQueue, coherence: Coherence, clock: Clock) {
    this.#store = store
    this.#queue = queue
    this.#coherence = coherence
    this.#clock = clock
  }

  /**
   * Reads an entry from the backend and decides it. Rejects when the backend fails.
   *
   * @param tagNames names that the entry is known to carry beside the implied ones, so that their markers can come along.
   */
  async read(
    { path, counters }: { readonly path: string; readonly counters: Counters },
    tagNames: readonly string[],
    budget: Budget,
  ): Promise<Found> {
    const implied = impliedNames(path)
    const asked = this.#floorIsYoung ? [...implied, ...tagNames] : []
    const { bytes, snapshot, sent, sequence, mark } = await budget.use((timeout) =>
      this.#queue.fetch(path, asked, false, timeout),
    )
    if (bytes === undefined) return { kind: 'missing', reason: 'absent' }
    const wire = decodeEntry(bytes)
    if (!wire.ok) return { kind: 'missing', reason: wire.reason === 'foreign' ? 'foreign' : 'unreadable' }
    const content = contentOf(wire.entry.codec, wire.entry.payload)
    if (content === undefined) return { kind: 'missing', reason: 'unreadable' }
    const names = wire.entry.names.length === 0 ? implied : [...implied, ...wire.entry.names]
    const entry = entryFromWire(wire.entry, content, { names, sequence, counters, mark, fetched: sent })
    return this.#judge(entry, await this.#decide(entry, asked, snapshot, sent, budget))
  }

  /** Asks whether an entry of this process may still be used; its value is not fetched again. */
  async confirm(entry: Entry, budget: Budget): Promise<Found> {
    const underFloor = entry.clock < this.#coherence.view.floor
    const asked = underFloor ? entry.names : []
    const { snapshot, sent } = await budget.use((timeout) => this.#queue.fetch(undefined, asked, false, timeout))
    return this.#judge(entry, await this.#decide(entry, asked, snapshot, sent, budget))
  }

  /** By this process's view where it can say, else by the backend's own. */
  async #decide(
    entry: Entry,
    asked: readonly string[],
    snapshot: Snapshot | undefined,
    sent: number,
    budget: Budget,
  ): Promise<Verdict> {
    const coherence = this.#coherence
    const now = this.#clock.now()
    const verdict = coherence.proven(now) ? coherence.decide(entry, now) : 'ask'
    if (asked.length > 0 || verdict === 'ask') this.#floorIsYoung = verdict === 'ask'
    if (verdict === 'valid') this.#restamp(entry, coherence.view.clock, -Infinity)
    if (verdict !== 'ask') return verdict
    if (snapshot !== undefined && covers(asked, entry.names)) return this.#decideBy(entry, snapshot, sent)
    const again = this.#clock.now()
    const reply = await budget.use((timeout) => this.#store.read({ keys: [], names: entry.names }, timeout))
    return reply.snapshot === undefined ? 'gone' : this.#decideBy(entry, reply.snapshot, again)
  }

  #decideBy(entry: Entry, snapshot: Snapshot, sent: number): Verdict {
    const coherence = this.#coherence
    coherence.suspect(snapshot.generation)
    if (!coherence.pending.allows(entry.names, entry.sequence)) return 'gone'
    const verdict = decide(entry, snapshot, 'gone', coherence.time.judging(this.#clock.now()))
    if (verdict === 'valid') this.#restamp(entry, snapshot.clock, sent)
    return verdict
  }

  /** Known to be valid as of a clock, it may carry that clock. */
  #restamp(entry: Entry, clock: number, since: number): void {
    entry.clock = Math.max(entry.clock, clock)
    entry.since = Math.max(entry.since, since)
  }

  #judge(entry: Entry, verdict: Verdict): Found {
    if (verdict === 'gone' || verdict === 'ask') {
      const sameGeneration = entry.generation === this.#coherence.view.generation
      return { kind: 'missing', reason: sameGeneration ? 'invalidated' : 'generation' }
    }
    const freshness = freshnessOf(entry, this.#coherence.time.latest(this.#clock.now()))
    if (freshness === 'expired') return { kind: 'missing', reason: 'expired' }
    return { kind: verdict === 'stale' ? 'stale' : freshness, entry }
  }
}

function covers(asked: readonly string[], names: readonly string[]): boolean {
  return asked.length >= names.length && names.every((name) => asked.includes(name))
}
