import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import { count, type Counters, STALE_IF_ERROR } from '../telemetry/counters.ts'
import type { MissReason } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import type { Flight, Flights, Landing } from './flights.ts'
import type { Held, HeldEntries } from './held.ts'
import type { L1 } from './l1.ts'
import type { Loader, LoadPlan } from './load.ts'
import type { LoadFrames } from './load-frame.ts'
import type { Lookup } from './lookup.ts'
import type { ReadQueue } from './read-queue.ts'
import { tellHit, tellMiss } from './tell.ts'

/** What is read. */
export interface ReadTarget {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
}

/** One read with a load, should it come to that, and how to treat a stale entry until then. */
export interface ReadPlan extends LoadPlan {
  /** Serve a stale entry at once and refresh it in the background; otherwise it is served only when the loader fails. */
  readonly staleWhileRevalidate: boolean
}

export interface ReaderParts {
  readonly queue: ReadQueue
  readonly lookup: Lookup
  readonly loader: Loader
  readonly flights: Flights
  readonly frames: LoadFrames
  readonly held: HeldEntries
  readonly l1: L1
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds that the backend may take of one read. */
  readonly deadline: number
  /** Asks the backend at each read. */
  readonly strict: boolean
  /** What to do with what memory holds when the backend does not answer. */
  readonly outage: 'load' | 'serve'
}

type Found =
  | { readonly kind: 'fresh' | 'stale'; readonly entry: Entry; readonly tier: 'l1' | 'l2' }
  | { readonly kind: 'missing'; readonly reason: MissReason }

/** How long a stale entry whose refresh failed is served without trying again. */
const RETRY_MS = 1000

/** The steps that reads are made of: a look beyond this process, flights, and what makes a failed load good. */
export class Reader {
  readonly #parts: ReaderParts

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** With strict consistency, asks before anything else. False when there was no answer: nothing held may be used then. */
  async confirmView(budget: Budget): Promise<boolean> {
    if (!this.#parts.strict) return true
    return budget
      .use((timeout) => this.#parts.queue.fetch(undefined, [], true, timeout))
      .then(
        () => true,
        () => false,
      )
  }

  /** Starts the one flight of a path: a look beyond this process, then a load. */
  fly(plan: ReadPlan, held: Held, background: boolean, budget: Budget): Flight {
    const { flights, frames } = this.#parts
    const start = (): Flight => flights.start(plan.path, (flight) => this.#run(plan, held, background, flight, budget))
    return background ? frames.detached(start) : start()
  }

  /** Looks for an entry in the backend, after confirming the one held here if it may only lack a confirmation. */
  async look(target: ReadTarget, tagNames: readonly string[], held: Held, budget: Budget): Promise<Found> {
    const { lookup, l1, telemetry } = this.#parts
    try {
      if (held?.kind === 'unsure') {
        const confirmed = await lookup.confirm(held.entry, budget)
        if (confirmed.kind === 'fresh') return { ...confirmed, tier: 'l1' }
        if (confirmed.kind === 'missing') l1.drop(target.path, held.entry)
      }
      const found = await lookup.read(target, tagNames, budget)
      if (found.kind === 'missing' && held?.kind === 'suspect') l1.drop(target.path, held.entry)
      if (found.kind === 'missing') return found
      l1.put(target.path, found.entry)
      return { ...found, tier: 'l2' }
    } catch (error) {
      if (!RedstartError.is(error) || error.code === 'CLOSED') throw error
      telemetry.emit({ type: 'store.error', operation: 'read', code: error.code, error })
      return { kind: 'missing', reason: 'outage' }
    }
  }

  /** What a read that starts now may spend. */
  budget(): Budget {
    const { clock, deadline, frames } = this.#parts
    return new Budget(clock, deadline, frames.current()?.budget)
  }

  /** Serves a stale entry in place of a loader's error, if that may still be done now. */
  orStale(target: ReadTarget, known: Entry | undefined, error: unknown): Entry {
    if (known === undefined || RedstartError.is(error, 'LOAD_CYCLE') || !this.#parts.held.servable(target.path, known))
      throw error
    count(target.counters, STALE_IF_ERROR)
    this.#parts.telemetry.emit({ type: 'cache.stale-if-error', namespace: target.namespace, key: target.path, error })
    return known
  }

  async #run(plan: ReadPlan, held: Held, background: boolean, flight: Flight, budget: Budget): Promise<Landing> {
    const { telemetry } = this.#parts
    const found = await this.look(plan, plan.tagNames, held, budget)
    const stale = found.kind === 'stale'
    if (found.kind === 'fresh' || (found.kind === 'stale' && plan.staleWhileRevalidate && !background)) {
      if (!background) tellHit(telemetry, plan, found.entry, found.tier, stale)
      return { entry: found.entry, stale }
    }
    const unreached = found.kind === 'missing' && found.reason === 'outage'
    if (unreached && held !== undefined && this.#usableUnread(plan.path, held)) {
      if (!background) tellHit(telemetry, plan, held.entry, 'l1', true)
      return { entry: held.entry, stale: false }
    }
    if (!background) tellMiss(telemetry, plan, found.kind === 'missing' ? found.reason : 'expired')
    // What the backend is known not to have any more was removed by somebody.
    const removed = held?.kind === 'suspect' && !unreached
    const known = stale ? found.entry : removed ? undefined : held?.entry
    return { entry: await this.#loadOr(plan, flight, known, background, budget), stale: false }
  }

  /** Whether an entry of this process may be used although the backend could not be asked about it. */
  #usableUnread(path: string, held: NonNullable<Held>): boolean {
    const { outage, held: entries } = this.#parts
    if (outage === 'serve') return entries.servable(path, held.entry)
    return held.kind === 'suspect' && entries.young(path, held.entry)
  }

  async #loadOr(
    plan: ReadPlan,
    flight: Flight,
    known: Entry | undefined,
    background: boolean,
    budget: Budget,
  ): Promise<Entry> {
    try {
      return await this.#parts.loader.load(plan, flight, background, budget)
    } catch (error) {
      if (known !== undefined) known.retryAt = this.#parts.clock.now() + RETRY_MS
      if (background) throw error
      return this.orStale(plan, known, error)
    }
  }
}
