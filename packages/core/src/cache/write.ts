import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { impliedNames } from '../invalidation/names.ts'
import { CHANGED, type TrackedKeys, UNKNOWN } from '../invalidation/tracked-keys.ts'
import { count, type Counters, UNSTORED, WRITE } from '../telemetry/counters.ts'
import type { WriteOutcome } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { encodeEntry, type EncodedValue, encodeValue } from '../wire/index.ts'
import type { Budget } from './budget.ts'
import type { CacheStore } from './cache-store.ts'
import { contentOf, Entry } from './entry.ts'
import type { L1 } from './l1.ts'
import { NO_GENERATION } from './load-frame.ts'

/** Most tags of an entry. More are a sign that one coarser tag is meant. */
export const MOST_TAGS = 64
/** Most names of an entry beside those of its path: its tags and what it took over from nested loads. */
const MOST_NAMES = 1024
/** Largest value, encoded. */
export const LARGEST_VALUE: number = 8 * 1024 * 1024

/** Where a value goes, and for how long. */
export interface Placement {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  /** Milliseconds. */
  readonly ttl: number
  readonly stale: number
}

/** What a value is bound to. */
export interface Origin {
  readonly generation: string
  readonly clock: number
  readonly sequence: number
  readonly since: number
  /** All names, the implied ones included. */
  readonly names: readonly string[]
  /** How many of them are tags of its own. */
  readonly tags: number
  /** Redis time in ms when the load began, the earliest it can be. */
  readonly loaded: number
  readonly cost: number
  /** False when the backend is known not to answer: nothing is sent. */
  readonly reached: boolean
}

export interface WriterParts {
  readonly store: CacheStore
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
  readonly #store: CacheStore
  readonly #coherence: Coherence
  readonly #l1: L1
  readonly #clock: Clock
  readonly #telemetry: Telemetry
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
  }

  /** Stores a value that a loader returned. One that cannot be stored is handed on, with an event; it never fails the read. */
  async store(place: Placement, value: unknown, origin: Origin, budget: Budget): Promise<Entry> {
    try {
      if (origin.tags > MOST_TAGS || origin.names.length > MOST_NAMES) throw tooManyTags(origin)
      return await this.put(place, encode(value), origin, budget)
    } catch (error) {
      if (!RedstartError.is(error)) throw error
      this.#tell(place, 'unstored', error)
      return this.#entry(place, origin, { kind: 'unstored', value }, 0)
    }
  }

  /** Keeps an encoded value here, and in the backend if it can be reached within the budget. */
  async put(place: Placement, encoded: EncodedValue, origin: Origin, budget: Budget): Promise<Entry> {
    const content = contentOf(encoded.codec, encoded.payload)
    if (content === undefined)
      throw new RedstartError(
        'UNSUPPORTED_VALUE',
        `the value for ${JSON.stringify(place.path)} does not survive its own encoding`,
      )
    const entry = this.#entry(place, origin, content, encoded.payload.length)
    this.#l1.put(place.path, entry)
    if (origin.reached && !budget.spent && origin.generation !== NO_GENERATION)
      await this.#send(place, entry, encoded, budget)
    else entry.tracked = UNKNOWN
    return entry
  }

  /** Gives an entry another life, in the backend and here, where it is still the one. False where it is not, or unknown. */
  async touch(place: Omit<Placement, 'counters'>, entry: Entry): Promise<boolean> {
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
    const freshUntil = this.#coherence.time.earliest(this.#clock.now()) + place.ttl
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
    }
    return new Entry(parts, bytes)
  }

  async #send(place: Placement, entry: Entry, { codec, payload }: EncodedValue, budget: Budget): Promise<void> {
    const { generation, clock } = entry
    const names = entry.names.slice(impliedNames(place.path).length)
    const instants = {
      loaded: Math.floor(entry.loaded),
      freshUntil: Math.floor(entry.freshUntil),
      staleUntil: Math.floor(entry.staleUntil),
    }
    const bytes = encodeEntry({
      generation,
      clock,
      ...instants,
      cost: Math.round(entry.cost),
      shape: 0,
      names,
      codec,
      payload,
    })
    const ttl = Math.max(1, place.ttl + place.stale)
    this.#coherence.keepFor(ttl)
    try {
      const outcome = await budget.use((timeout) =>
        this.#store.write({ key: place.path, bytes, ttl, generation, clock }, timeout),
      )
      if (outcome === 'outranked') entry.tracked = CHANGED
      this.#tell(place, outcome, undefined, bytes.length)
    } catch (error) {
      entry.tracked = UNKNOWN
      this.#tell(place, RedstartError.is(error, 'VALUE_TOO_LARGE') ? 'unstored' : 'unreached', error, bytes.length)
    }
  }

  #tell(place: Placement, outcome: WriteOutcome | 'unstored', error?: unknown, bytes = 0): void {
    count(place.counters, outcome === 'unstored' || outcome === 'unreached' ? UNSTORED : WRITE)
    if (outcome === 'unreached')
      this.#telemetry.emit({
        type: 'store.error',
        operation: 'write',
        code: RedstartError.is(error) ? error.code : 'STORE_FAILED',
        error,
      })
    if (error === undefined && !this.#telemetry.listening) return
    const { namespace, path: key } = place
    this.#telemetry.emit({
      type: 'cache.write',
      namespace,
      key,
      outcome: outcome === 'unstored' ? reasonOf(error) : outcome,
      bytes,
      ...(error !== undefined && { error }),
    })
  }
}

/**
 * The bytes of a value.
 *
 * @throws RedstartError `UNSUPPORTED_VALUE` for one that would not come back as it is, `VALUE_TOO_LARGE` above 8 MiB.
 */
export function encode(value: unknown): EncodedValue {
  const encoded = encodeValue(value)
  if (encoded.payload.length <= LARGEST_VALUE) return encoded
  throw new RedstartError(
    'VALUE_TOO_LARGE',
    `the value takes ${encoded.payload.length} bytes; at most ${LARGEST_VALUE} are stored`,
  )
}

function tooManyTags({ tags, names }: Origin): RedstartError {
  return new RedstartError(
    'TOO_MANY_TAGS',
    `the entry has ${tags} tags and ${names.length} names in all; at most ${MOST_TAGS} and ${MOST_NAMES} are stored, since none may be dropped: use coarser tags`,
  )
}

function reasonOf(error: unknown): WriteOutcome {
  if (RedstartError.is(error, 'TOO_MANY_TAGS')) return 'too-many-tags'
  return RedstartError.is(error, 'VALUE_TOO_LARGE') ? 'too-large' : 'unsupported'
}
