import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { count, type Counters, JOIN, STALE_IF_ERROR } from '../telemetry/counters.ts'
import type { MissReason } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import type { Flight, Flights } from './flights.ts'
import type { Held, HeldEntries } from './held.ts'
import type { L1 } from './l1.ts'
import type { Loader, LoadPlan } from './load.ts'
import type { LoadFrame, LoadFrames } from './load-frame.ts'
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

export interface ReadThroughParts {
  readonly coherence: Coherence
  readonly queue: ReadQueue
  readonly lookup: Lookup
  readonly loader: Loader
  readonly flights: Flights
  readonly frames: LoadFrames
  readonly held: HeldEntries
  readonly l1: L1
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds for which an answer proves the view. */
  readonly maxStaleness: number
  /** Milliseconds that the backend may take of one read. */
  readonly deadline: number
  /** Asks the backend at each read. */
  readonly strict: boolean
}

type Found =
  | { readonly kind: 'fresh' | 'stale'; readonly entry: Entry; readonly tier: 'l1' | 'l2' }
  | { readonly kind: 'missing'; readonly reason: MissReason }

/** Reads through memory and the backend, and loads what neither has: one load per path at a time. */
export class ReadThrough {
  readonly #parts: ReadThroughParts

  constructor(parts: ReadThroughParts) {
    this.#parts = parts
  }

  /** Reads an entry, or loads it. Rejects with the loader's error when nothing may be served in its place. */
  async read(plan: ReadPlan): Promise<Entry> {
    const frame = this.#parts.frames.current()
    const entry = await new Read(this.#parts, this, plan, frame).run()
    frame?.inherit(entry)
    return entry
  }

  /** Reads a fresh entry; never loads. */
  async find(target: ReadTarget): Promise<Entry | undefined> {
    const frame = this.#parts.frames.current()
    const entry = await this.#find(target)
    if (entry === undefined) frame?.missed(target.path)
    else frame?.inherit(entry)
    return entry
  }

  async #find(target: ReadTarget): Promise<Entry | undefined> {
    const budget = this.budget()
    const held = (await this.confirmView(budget)) ? this.#parts.held.look(target.path) : undefined
    if (held?.kind === 'fresh') return tellHit(this.#parts.telemetry, target, held.entry, 'l1', false)
    const found = await this.look(target, [], held, budget)
    if (found.kind === 'fresh') return tellHit(this.#parts.telemetry, target, found.entry, found.tier, false)
    tellMiss(this.#parts.telemetry, target, found.kind === 'missing' ? found.reason : 'expired')
    return undefined
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
    const { flights, telemetry } = this.#parts
    return flights.start(plan.path, async (flight) => {
      const found = await this.look(plan, plan.tagNames, held, budget)
      const serve = found.kind === 'fresh' || (found.kind === 'stale' && plan.staleWhileRevalidate && !background)
      if (found.kind !== 'missing' && serve)
        return background ? found.entry : tellHit(telemetry, plan, found.entry, found.tier, found.kind === 'stale')
      if (!background) tellMiss(telemetry, plan, found.kind === 'missing' ? found.reason : 'expired')
      const known = found.kind === 'stale' ? found.entry : undefined
      return this.#loadOr(plan, flight, known ?? held?.entry, background, budget)
    })
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
      if (found.kind === 'missing') return found
      l1.put(target.path, found.entry)
      return { ...found, tier: 'l2' }
    } catch (error) {
      if (!RedstartError.is(error) || error.code === 'CLOSED') throw error
      telemetry.emit({ type: 'store.error', operation: 'read', code: error.code, error })
      return { kind: 'missing', reason: 'outage' }
    }
  }

  budget(): Budget {
    return new Budget(this.#parts.clock, this.#parts.deadline)
  }

  /** Serves a stale entry in place of a loader's error, if that may still be done now. */
  orStale(target: ReadTarget, known: Entry | undefined, error: unknown): Entry {
    if (known === undefined || RedstartError.is(error, 'LOAD_CYCLE') || !this.#parts.held.servable(known)) throw error
    count(target.counters, STALE_IF_ERROR)
    this.#parts.telemetry.emit({ type: 'cache.stale-if-error', namespace: target.namespace, key: target.path, error })
    return known
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
      if (background) throw error
      return this.orStale(plan, known, error)
    }
  }
}

/** One caller's read, from its start to what it gets. */
class Read {
  readonly #parts: ReadThroughParts
  readonly #through: ReadThrough
  readonly #plan: ReadPlan
  readonly #frame: LoadFrame | undefined
  /** How many flights had been started when it began. */
  readonly #begun: number

  constructor(parts: ReadThroughParts, through: ReadThrough, plan: ReadPlan, frame: LoadFrame | undefined) {
    this.#parts = parts
    this.#through = through
    this.#plan = plan
    this.#frame = frame
    this.#begun = parts.flights.started
  }

  async run(): Promise<Entry> {
    const { flights, held: entries, telemetry } = this.#parts
    const plan = this.#plan
    const budget = this.#through.budget()
    const current = await this.#through.confirmView(budget)
    for (;;) {
      const held = current ? entries.look(plan.path) : undefined
      if (held?.kind === 'fresh') return tellHit(telemetry, plan, held.entry, 'l1', false)
      if (held?.kind === 'stale' && plan.staleWhileRevalidate) {
        this.#refresh(held)
        return tellHit(telemetry, plan, held.entry, 'l1', true)
      }
      const flight = flights.get(plan.path)
      if (flight === undefined) return this.#land(this.#through.fly(plan, held, false, budget))
      const joined = await this.#join(flight, held, current)
      if (joined !== undefined) return joined
    }
  }

  /** Refreshes a stale entry behind the caller's back. */
  #refresh(held: Held): void {
    if (this.#parts.flights.get(this.#plan.path) === undefined)
      this.#through.fly(this.#plan, held, true, this.#through.budget())
  }

  /** Waits for the flight that this read has started. */
  async #land(flight: Flight): Promise<Entry> {
    const entry = await this.#wait(flight)
    if (!this.#plan.staleWhileRevalidate) return entry
    const held = this.#parts.held.look(this.#plan.path)
    if (held?.kind === 'stale') this.#refresh(held)
    return entry
  }

  /**
   * Waits for another read's flight, and takes its result only where it could have taken it from memory at the moment
   * of joining. Undefined: begin again.
   */
  async #join(flight: Flight, held: Held, current: boolean): Promise<Entry | undefined> {
    const { coherence, clock, maxStaleness } = this.#parts
    // Taken now: a proof that comes while this waits says nothing about the moment of joining.
    const youngest = clock.now() - maxStaleness
    const proven = coherence.provenAt >= youngest
    try {
      const entry = await this.#wait(flight)
      // Decided even where nothing was heard meanwhile: a deadline passes without a message.
      const verdict = current && (proven || entry.since >= youngest) ? coherence.decide(entry, clock.now()) : 'gone'
      const usable = verdict === 'valid' || (verdict === 'stale' && this.#plan.staleWhileRevalidate)
      // What began after this read did is as good as its own.
      if (!usable && flight.order <= this.#begun) return undefined
      count(this.#plan.counters, JOIN)
      return entry
    } catch (error) {
      return this.#through.orStale(this.#plan, held?.entry, error)
    }
  }

  #wait(flight: Flight): Promise<Entry> {
    return this.#frame === undefined ? flight.landed : this.#frame.wait(flight, flight.landed)
  }
}
