import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { impliedNames } from '../invalidation/names.ts'
import { CHANGED, type TrackedKeys, UNKNOWN } from '../invalidation/tracked-keys.ts'
import { count, countBytes, UNSTORED, WRITE } from '../telemetry/counters.ts'
import type { WriteOutcome } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { encodeEntry, type EncodedValue } from '../wire/index.ts'
import type { Budget } from './budget.ts'
import { contentOfValue } from './check-value.ts'
import type { CacheStore } from './cache-store.ts'
import { contentOf, Entry } from './entry.ts'
import type { L1 } from './l1.ts'
import { NO_GENERATION } from './load-frame.ts'
import { LoadedChecks } from './loaded-checks.ts'
import { encode, pack, type Packed, savedBytes } from './pack.ts'
import type { Origin, Placement } from './placement.ts'
import { checkNames, unstoredBecause } from './refusal.ts'

export type { Origin, Placement } from './placement.ts'

/** `here` is in this process alone: the backend could not be reached, or does not take it. */
export type Stored = 'everywhere' | 'here' | 'nowhere'

/** What came of storing a value. */
export interface Written {
  readonly entry: Entry
  readonly stored: Stored
}

export interface WriterParts {
  readonly store: Pick<CacheStore, 'write' | 'touch'>
  readonly coherence: Coherence
  readonly l1: L1
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly tracked: TrackedKeys | undefined
  /** Milliseconds that one call to the backend may take. */
  readonly deadline: number
}

/** Makes entries of values and keeps them, in this process and in the backend. */
export class Writer {
  readonly #store: Pick<CacheStore, 'write' | 'touch'>
  readonly #coherence: Coherence
  readonly #l1: L1
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #checks: LoadedChecks
  readonly #tracked: TrackedKeys | undefined
  readonly #deadline: number

  constructor(parts: WriterParts) {
    this.#tracked = parts.tracked
    this.#deadline = parts.deadline
    this.#store = parts.store
    this.#coherence = parts.coherence
    this.#l1 = parts.l1
    this.#clock = parts.clock
    this.#telemetry = parts.telemetry
    this.#checks = new LoadedChecks(parts.telemetry, parts.clock)
  }

  /**
   * Stores a value that a loader returned. One that cannot be stored is handed on, with an event; it never fails the read.
   * Rejects with `VALUE_REJECTED` for one that does not fit its schema.
   */
  async store(place: Placement, value: unknown, origin: Origin, budget: Budget): Promise<Written> {
    try {
      checkNames(origin)
      return await this.#keep(place, encode(value, place.form.maxValueBytes, place.serializer), origin, budget)
    } catch (error) {
      if (!RedstartError.is(error) || error.code === 'VALUE_REJECTED') throw error
      const { schema } = place.form
      const handed = schema === undefined ? value : await this.#checks.value(place, schema, value)
      this.#tell(place, 'unstored', error)
      return { entry: this.#entry(place, origin, { kind: 'unstored', value: handed }, 0), stored: 'nowhere' }
    }
  }

  /** Hands on a value that is not to be stored, as its callers would get a stored one. */
  async hand(place: Placement, value: unknown, origin: Origin, outcome: 'declined' | 'not-admitted'): Promise<Entry> {
    const { schema } = place.form
    const loaded = contentOfValue(value)
    const content = schema === undefined ? loaded : await this.#checks.content(place, schema, loaded)
    const { namespace, path: key } = place
    if (this.#telemetry.hears('cache.write'))
      this.#telemetry.emit({ type: 'cache.write', namespace, key, outcome, ...NO_BYTES })
    return this.#entry(place, origin, content, 0)
  }

  /** Keeps an encoded value here, and in the backend if it can be reached within the budget. */
  async put(place: Placement, encoded: EncodedValue, origin: Origin, budget: Budget): Promise<Entry> {
    return (await this.#keep(place, encoded, origin, budget)).entry
  }

  async #keep(place: Placement, encoded: EncodedValue, origin: Origin, budget: Budget): Promise<Written> {
    const stored = contentOf(encoded.codec, encoded.payload)
    if (stored === undefined)
      throw new RedstartError(
        'UNSUPPORTED_VALUE',
        `the value for ${JSON.stringify(place.path)} does not survive its own encoding`,
      )
    const content =
      place.form.schema === undefined ? stored : await this.#checks.content(place, place.form.schema, stored)
    const entry = this.#entry(place, origin, content, encoded.payload.length)
    this.#l1.put(place.path, entry)
    this.#l1.sweep(this.#coherence.time.earliest(this.#clock.now()))
    if (origin.reached && !budget.spent && origin.generation !== NO_GENERATION)
      return { entry, stored: (await this.#send(place, entry, encoded, budget)) ? 'everywhere' : 'here' }
    this.#unsent(place, entry)
    return { entry, stored: 'here' }
  }

  /** Nothing was sent: the backend is known not to answer, or whoever spent the deadline has told why. */
  #unsent(place: Placement, entry: Entry): void {
    entry.tracked = UNKNOWN
    this.#tell(place, 'unreached')
  }

  /** Gives an entry another life, in the backend and here, where it is still the one. False where it is not, or unknown. */
  async touch(place: Pick<Placement, 'path' | 'ttl' | 'stale'>, entry: Entry): Promise<boolean> {
    const { path: key, ttl, stale } = place
    const freshUntil = Math.floor(this.#coherence.time.earliest(this.#clock.now())) + ttl
    const staleUntil = freshUntil + stale
    const { generation, loadedClock } = entry
    this.#coherence.keepFor(ttl + stale)
    const life = { freshUntil, staleUntil, ttl: Math.max(1, ttl + stale) }
    try {
      const done = await this.#store.touch({ key, generation, clock: loadedClock, ...life }, this.#deadline)
      if (done) entry.live(freshUntil, staleUntil)
      return done
    } catch (error) {
      const code = RedstartError.is(error) ? error.code : 'STORE_FAILED'
      this.#telemetry.emit({ type: 'store.error', operation: 'write', code, error })
      return false
    }
  }

  #entry(place: Placement, origin: Origin, content: Entry['content'], bytes: number): Entry {
    const { generation, clock, sequence, since, names, loaded, cost } = origin
    const { ended = this.#coherence.time.earliest(this.#clock.now()) } = origin
    const freshUntil = ended + place.ttl
    const parts = {
      content,
      generation,
      clock,
      sequence,
      since,
      names,
      loaded,
      cost,
      freshUntil,
      staleUntil: freshUntil + place.stale,
      mark: this.#tracked?.mark() ?? 0,
      fetched: since,
      counters: place.counters,
      form: place.form,
    }
    return new Entry(parts, bytes)
  }

  /** Whether the backend has it now, or has a newer one. */
  async #send(place: Placement, entry: Entry, encoded: EncodedValue, budget: Budget): Promise<boolean> {
    // No turn of the event loop is lost where nothing is compressed.
    const packed = place.compression === undefined ? encoded : await this.#pack(place, encoded)
    const { generation, clock } = entry
    const names = entry.names.slice(impliedNames(place.path).length)
    const bytes = encodeEntry({
      generation,
      clock,
      loaded: Math.floor(entry.loaded),
      freshUntil: Math.floor(entry.freshUntil),
      staleUntil: Math.floor(entry.staleUntil),
      cost: Math.round(entry.cost),
      shape: place.form.shape,
      names,
      ...packed,
    })
    const sizes = { bytes: bytes.length, rawBytes: bytes.length + savedBytes(encoded, packed) }
    const ttl = Math.max(1, place.ttl + place.stale)
    this.#coherence.keepFor(ttl)
    const begun = this.#telemetry.now()
    try {
      const outcome = await budget.use((timeout) =>
        this.#store.write({ key: place.path, bytes, ttl, generation, clock }, timeout),
      )
      this.#telemetry.took('write', place, begun)
      if (outcome === 'outranked') entry.tracked = CHANGED
      this.#tell(place, outcome, undefined, sizes)
      return true
    } catch (error) {
      entry.tracked = UNKNOWN
      // What was not sent took no time.
      if (!RedstartError.is(error, 'STORE_UNAVAILABLE')) this.#telemetry.took('write', place, begun)
      this.#tell(place, RedstartError.is(error, 'VALUE_TOO_LARGE') ? 'unstored' : 'unreached', error, sizes)
      return false
    }
  }

  async #pack(place: Placement, encoded: EncodedValue): Promise<Packed> {
    const begun = this.#telemetry.now()
    const packed = await pack(encoded, place.compression)
    if (packed !== encoded) this.#telemetry.took('compress', place, begun)
    return packed
  }

  #tell(place: Placement, outcome: WriteOutcome | 'unstored', error?: unknown, sizes: Sizes = NO_BYTES): void {
    count(place.counters, outcome === 'unstored' || outcome === 'unreached' ? UNSTORED : WRITE)
    if (outcome === 'stored') countBytes(place.counters, sizes.rawBytes, sizes.bytes)
    if (outcome === 'unreached' && error !== undefined)
      this.#telemetry.emit({
        type: 'store.error',
        operation: 'write',
        code: RedstartError.is(error) ? error.code : 'STORE_FAILED',
        error,
      })
    if (error === undefined && !this.#telemetry.hears('cache.write')) return
    const { namespace, path: key } = place
    this.#telemetry.emit({
      type: 'cache.write',
      namespace,
      key,
      outcome: outcome === 'unstored' ? unstoredBecause(error) : outcome,
      ...sizes,
      ...(error !== undefined && { error }),
    })
  }
}

interface Sizes {
  readonly bytes: number
  readonly rawBytes: number
}

const NO_BYTES: Sizes = { bytes: 0, rawBytes: 0 }
