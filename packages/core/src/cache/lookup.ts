import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { impliedNames } from '../invalidation/names.ts'
import { decide, type Verdict } from '../invalidation/view.ts'
import type { MissReason } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Budget } from './budget.ts'
import type { CacheStore, Snapshot } from './cache-store.ts'
import { checkContent } from './check-value.ts'
import { type Entry, entryFromWire, freshnessOf, withContent } from './entry.ts'
import { foreignEntry, type Stamped, UNSTAMPED } from './foreign-entry.ts'
import { type Fetched, tookOf } from './read-batch.ts'
import type { ReadQueue } from './read-queue.ts'
import type { ReadTarget } from './read-target.ts'
import { type Unpacked, unpack } from './unpack.ts'

/** What was found of an entry, decided. */
export type Found =
  | { readonly kind: 'fresh' | 'stale'; readonly entry: Entry }
  | { readonly kind: 'missing'; readonly reason: MissReason }

export interface LookupParts {
  readonly store: CacheStore
  readonly queue: ReadQueue
  readonly coherence: Coherence
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds for which anything known stands. */
  readonly maxStaleness: number
  /** Milliseconds that the backend may take of one call. */
  readonly deadline: number
}

/** Finds entries beyond this process, and confirms those in it that its own view cannot decide. */
export class Lookup {
  readonly #store: CacheStore
  readonly #queue: ReadQueue
  readonly #coherence: Coherence
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #maxStaleness: number
  readonly #deadline: number
  /** The last entry was older than the view remembers: fetch markers along with the next one, in the same trip. */
  #floorIsYoung = true
  /** Reads since then that have found nothing, and so do not tell. */
  #absences = 0

  constructor({ store, queue, coherence, clock, telemetry, maxStaleness, deadline }: LookupParts) {
    this.#store = store
    this.#queue = queue
    this.#coherence = coherence
    this.#clock = clock
    this.#telemetry = telemetry
    this.#maxStaleness = maxStaleness
    this.#deadline = deadline
  }

  /**
   * Reads an entry from the backend and decides it. Rejects when the backend fails.
   *
   * @param tagNames names that the entry is known to carry beside the implied ones, so that their markers can come along.
   */
  read(target: ReadTarget, tagNames: readonly string[], budget: Budget): Promise<Found> {
    const { path, form } = target
    const implied = impliedNames(path)
    const asked = this.#floorIsYoung ? [...implied, ...tagNames] : NONE
    const before = form.foreignTtl === undefined ? UNSTAMPED : this.#present()
    // Not async, like what follows: this is the path of every hit in the backend.
    return budget
      .use((timeout) => this.#queue.fetch(path, asked, false, timeout), tookOf)
      .then((fetched) => {
        const { bytes } = fetched
        if (bytes === undefined) return this.#absent()
        const begun = this.#telemetry.now()
        const sighting = { target, implied, asked, before, fetched, begun, budget }
        const unpacking = unpack(bytes, form)
        if (unpacking instanceof Promise) return unpacking.then((unpacked) => this.#sight(sighting, unpacked))
        return this.#sight(sighting, unpacking)
      })
  }

  #absent(): Found {
    this.#absences += 1
    if (this.#absences >= MOST_ABSENCES) this.#floorIsYoung = false
    return ABSENT
  }

  #sight(sighting: Sighting, unpacked: Unpacked): Found | Promise<Found> {
    const { target, implied, asked, fetched, budget } = sighting
    const { counters, form } = target
    if (unpacked.kind === 'unusable') return this.#unusable(target, unpacked)
    if (unpacked.kind === 'foreign')
      return this.#check({ kind: 'fresh', entry: this.#foreign(target, unpacked, sighting) }, target)
    const { snapshot, sent, sequence, mark } = fetched
    const { wire, content, bytes: size } = unpacked
    if (wire.compression !== undefined) this.#telemetry.took('inflate', target, sighting.begun)
    const names = wire.names.length === 0 ? implied : [...implied, ...wire.names]
    const entry = entryFromWire(wire, content, size, { names, sequence, counters, mark, fetched: sent, form })
    const now = this.#clock.now()
    const decided = this.#decide(entry, asked, snapshot, sent, budget, now)
    if (decided instanceof Promise)
      return decided.then((verdict) => this.#check(this.#judge(entry, verdict, this.#clock.now()), target))
    const found = this.#judge(entry, decided, now)
    return form.schema === undefined ? found : this.#check(found, target)
  }

  /** Asks whether an entry of this process may still be used; its value is not fetched again. */
  async confirm(entry: Entry, budget: Budget): Promise<Found> {
    const underFloor = entry.clock < this.#coherence.view.floor
    const asked = underFloor ? entry.names : []
    const { snapshot, sent } = await budget.use(
      (timeout) => this.#queue.fetch(undefined, asked, false, timeout),
      tookOf,
    )
    const verdict = await this.#decide(entry, asked, snapshot, sent, budget, this.#clock.now())
    return this.#judge(entry, verdict, this.#clock.now())
  }

  /** What this process is proven to know now; what is read later is no older. */
  #present(): Stamped {
    const { generation, clock, adopted } = this.#coherence.view
    return adopted && this.#coherence.proven(this.#clock.now()) ? { generation, clock } : UNSTAMPED
  }

  #foreign(target: ReadTarget, unpacked: Extract<Unpacked, { kind: 'foreign' }>, { fetched, before }: Sighting): Entry {
    const loaded = this.#coherence.time.earliest(fetched.sent)
    return foreignEntry(target, unpacked, { fetched, before, loaded, maxStaleness: this.#maxStaleness })
  }

  /** Damaged bytes leave the backend, at nobody's cost: an entry that comes to their place meanwhile is loaded again. */
  #unusable({ path, namespace }: ReadTarget, { reason, damaged }: Extract<Unpacked, { kind: 'unusable' }>): Found {
    if (damaged) {
      this.#telemetry.emit({ type: 'cache.remove', namespace, key: path, reason: 'damaged' })
      this.#store.remove([path], this.#deadline).catch((error: unknown) => this.#notRemoved(error))
    }
    return { kind: 'missing', reason }
  }

  #notRemoved(error: unknown): void {
    if (RedstartError.is(error, 'CLOSED')) return
    const code = RedstartError.is(error) ? error.code : 'STORE_FAILED'
    this.#telemetry.emit({ type: 'store.error', operation: 'write', code, error })
  }

  /** Has the schema look at what was found, once for this process. */
  async #check(found: Found, { path, namespace, form }: ReadTarget): Promise<Found> {
    if (found.kind === 'missing' || form.schema === undefined) return found
    const { kind, entry } = found
    const checked = await checkContent(form.schema, entry.content, this.#clock)
    if (checked.ok) return { kind, entry: withContent(entry, checked.content) }
    this.#telemetry.emit({ type: 'cache.reject', namespace, key: path, origin: 'stored', issues: checked.issues })
    return { kind: 'missing', reason: 'schema' }
  }

  /** By this process's view where it can say, else by the backend's own. */
  #decide(
    entry: Entry,
    asked: readonly string[],
    snapshot: Snapshot | undefined,
    sent: number,
    budget: Budget,
    now: number,
  ): Verdict | Promise<Verdict> {
    const coherence = this.#coherence
    const verdict = coherence.proven(now) ? coherence.decide(entry, now) : 'ask'
    if (asked.length > 0 || verdict === 'ask') this.#floorIsYoung = verdict === 'ask'
    this.#absences = 0
    if (verdict === 'valid') this.#restamp(entry, coherence.view.clock, -Infinity)
    if (verdict !== 'ask') return verdict
    if (snapshot !== undefined && covers(asked, entry.names)) return this.#decideBy(entry, snapshot, sent)
    return this.#decideAnew(entry, budget)
  }

  /** Fetches the markers, where none came along. */
  async #decideAnew(entry: Entry, budget: Budget): Promise<Verdict> {
    const sent = this.#clock.now()
    const { snapshot } = await budget.use((timeout) => this.#store.read({ keys: [], names: entry.names }, timeout))
    return snapshot === undefined ? 'gone' : this.#decideBy(entry, snapshot, sent)
  }

  #decideBy(entry: Entry, snapshot: Snapshot, sent: number): Verdict {
    const coherence = this.#coherence
    coherence.suspect(snapshot.generation)
    if (!coherence.pending.allows(entry.names, entry.sequence)) return 'gone'
    const verdict = decide(entry, snapshot, 'gone', coherence.time.judging(this.#clock.now()))
    if (verdict !== 'valid') return verdict
    if (coherence.pending.marks(entry.names, entry.sequence)) return 'stale'
    this.#restamp(entry, snapshot.clock, sent)
    return verdict
  }

  /** Known to be valid as of a clock, it may carry that clock. */
  #restamp(entry: Entry, clock: number, since: number): void {
    entry.clock = Math.max(entry.clock, clock)
    entry.since = Math.max(entry.since, since)
  }

  #judge(entry: Entry, verdict: Verdict, now: number): Found {
    if (verdict === 'gone' || verdict === 'ask') {
      const sameGeneration = entry.generation === this.#coherence.view.generation
      return { kind: 'missing', reason: sameGeneration ? 'invalidated' : 'generation' }
    }
    const freshness = freshnessOf(entry, this.#coherence.time.latest(now))
    if (freshness === 'expired') return { kind: 'missing', reason: 'expired' }
    return { kind: verdict === 'stale' ? 'stale' : freshness, entry }
  }
}

/** After so many, markers are fetched apart for the next entry that needs them. */
const MOST_ABSENCES = 16

const ABSENT: Found = { kind: 'missing', reason: 'absent' }
const NONE: readonly string[] = []

/** A read whose reply has come. */
interface Sighting {
  readonly target: ReadTarget
  readonly implied: readonly string[]
  /** Names whose markers came along. */
  readonly asked: readonly string[]
  readonly before: Stamped
  readonly fetched: Fetched
  /** Own instant of the reply. */
  readonly begun: number
  readonly budget: Budget
}

function covers(asked: readonly string[], names: readonly string[]): boolean {
  return asked.length >= names.length && names.every((name) => asked.includes(name))
}
