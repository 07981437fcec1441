import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { impliedNames } from '../invalidation/names.ts'
import type { Admission } from './admission.ts'
import type { Budget } from './budget.ts'
import { refreshAt } from './early-refresh.ts'
import type { Entry } from './entry.ts'
import type { FailedLoads } from './failed-loads.ts'
import type { Flight } from './flights.ts'
import { jittered } from './jitter.ts'
import { LoadNotes } from './load-context.ts'
import type { LoadFrames, LoadStamp } from './load-frame.ts'
import type { LoadPlan } from './load-plan.ts'
import type { ReadQueue } from './read-queue.ts'
import type { Runs } from './runs.ts'
import type { Turns } from './turns.ts'
import type { Origin, Stored, Writer } from './write.ts'

interface Stamp extends LoadStamp {
  /** False when the backend could not be asked: what is loaded stays in this process. */
  readonly reached: boolean
}

/** What came of a load. */
export interface Loaded {
  readonly entry: Entry
  /** Where it was stored: nowhere for a value that is only handed on. */
  readonly stored: Stored
}

/** What was there before a load, where the loader may see it. */
interface Before {
  readonly entry: Entry
  /** Own instant as of which it was confirmed. */
  readonly since: number
}

export interface LoaderParts {
  readonly coherence: Coherence
  readonly queue: ReadQueue
  readonly writer: Writer
  readonly frames: LoadFrames
  readonly turns: Turns
  readonly runs: Runs
  readonly failedLoads: FailedLoads
  readonly admission: Admission
  readonly clock: Clock
  /** 0 to 1. */
  readonly random: () => number
}

/** Runs loaders, and makes entries of what they return. */
export class Loader {
  readonly #parts: LoaderParts
  readonly #coherence: Coherence
  readonly #clock: Clock

  constructor(parts: LoaderParts) {
    this.#parts = parts
    this.#coherence = parts.coherence
    this.#clock = parts.clock
  }

  /**
   * Loads a value and stores it, as soon as no other load of its path runs here. Rejects with the loader's own error.
   *
   * @param known what was there before.
   */
  async load(plan: LoadPlan, flight: Flight, known: Entry | undefined): Promise<Loaded> {
    const { turns, frames, failedLoads } = this.#parts
    const { budget } = flight
    await turns.free(flight)
    const stamp = await this.#stamp(budget)
    const frame = frames.open(flight, budget, stamp)
    const before = this.#previous(known)
    const notes = new LoadNotes(plan, before?.entry, () => before && frame.goOnFrom(before.entry, before.since))
    try {
      const value = await this.#parts.runs.run(plan, flight, frame, notes)
      notes.tag(plan.resultTags?.(value) ?? [])
      const cost = this.#clock.now() - stamp.since
      // Whole, and with what is known of the backend's time now: what is stored of them adds up to the same end.
      const loaded = Math.floor(this.#coherence.time.earliest(stamp.since))
      const ended = loaded + Math.round(cost)
      const names = [...new Set([...impliedNames(plan.path), ...notes.tagNames, ...frame.names])]
      const { generation, clock, sequence, since } = frame
      const tags = notes.tagNames.size
      const origin = { generation, clock, sequence, since, names, tags, loaded, ended, cost, reached: stamp.reached }
      return await this.#keep(plan, flight, known, notes, value, origin)
    } catch (error) {
      const names = [...impliedNames(plan.path), ...notes.tagNames, ...frame.names]
      flight.failed = frame.stampOf(names)
      if (plan.errorTtl > 0 && !flight.signal.aborted && !RedstartError.is(error, 'LOAD_CYCLE'))
        failedLoads.remember(plan.path, flight.failed, error, plan.errorTtl)
      throw error
    }
  }

  /** Stores what was loaded, if it is to be stored. */
  async #keep(
    plan: LoadPlan,
    flight: Flight,
    known: Entry | undefined,
    notes: LoadNotes,
    value: unknown,
    origin: Origin,
  ): Promise<Loaded> {
    const { writer, failedLoads, random } = this.#parts
    const ttl = notes.ttlOf(value, (one) => jittered(one, plan.jitter, random))
    const { namespace, path, counters, form, serializer, compression } = plan
    const place = { namespace, path, counters, ttl, stale: notes.stale, form, serializer, compression }
    const declined = notes.declined || (plan.cacheIf !== undefined && !plan.cacheIf(value))
    const obliged = known !== undefined || flight.kind === 'forced'
    if (declined || (!obliged && !this.#admits(plan, origin.cost))) {
      const entry = await writer.hand(place, value, origin, declined ? 'declined' : 'not-admitted')
      return { entry, stored: 'nowhere' }
    }
    const written = await writer.store(place, value, origin, flight.budget)
    written.entry.hitUntil = refreshAt(written.entry, plan.earlyRefresh, random)
    failedLoads.forget(plan.path)
    return written
  }

  #admits({ path, minCost, minHits }: LoadPlan, cost: number): boolean {
    return cost >= minCost && (minHits <= 1 || this.#parts.admission.hits(path) >= minHits)
  }

  /**
   * What a loader may compare with: nothing that may have been invalidated, since what is made of it would outlive that.
   * Call it once the load has its moment, which is then no later than what the entry is decided by here.
   */
  #previous(known: Entry | undefined): Before | undefined {
    if (known === undefined || known.content.kind === 'unstored') return undefined
    const coherence = this.#coherence
    const now = this.#clock.now()
    const verdict = coherence.decide(known, now)
    const usable = (verdict === 'valid' || verdict === 'stale') && coherence.proven(now, known.since)
    if (!usable) return undefined
    // The view says nothing against it, which is as good as what the view itself is from.
    const since = coherence.proven(now) ? Math.max(known.since, coherence.provenAt) : known.since
    return { entry: known, since }
  }

  /** Fixes generation and clock before the loader starts: an entry bound to a later moment could outlive an invalidation. */
  async #stamp(budget: Budget): Promise<Stamp> {
    const coherence = this.#coherence
    if (!budget.spent && !coherence.proven(this.#clock.now())) {
      await budget.use((timeout) => this.#parts.queue.fetch(undefined, [], false, timeout)).catch(() => undefined)
    }
    const since = this.#clock.now()
    const { generation, clock, adopted } = coherence.view
    return {
      generation,
      clock,
      sequence: coherence.pending.sequence,
      since,
      reached: adopted && !budget.spent && coherence.proven(since),
    }
  }
}
