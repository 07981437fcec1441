import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import type { Flight, Flights, Landing } from './flights.ts'
import type { Held, HeldEntries } from './held.ts'
import type { LoadFrame, LoadFrames } from './load-frame.ts'
import type { Reader, ReadPlan, ReadTarget } from './reader.ts'
import { tellHit, tellJoin, tellMiss } from './tell.ts'

export interface ReadThroughParts {
  readonly reader: Reader
  readonly coherence: Coherence
  readonly flights: Flights
  readonly frames: LoadFrames
  readonly held: HeldEntries
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds for which an answer proves the view. */
  readonly maxStaleness: number
}

/** Reads through memory and the backend, and loads what neither has: one load per path at a time. */
export class ReadThrough {
  readonly #parts: ReadThroughParts
  /** What each flight may spend in the backend. */
  readonly #budgets = new WeakMap<Flight, Budget>()

  constructor(parts: ReadThroughParts) {
    this.#parts = parts
  }

  /** Reads an entry, or loads it. Rejects with the loader's error when nothing may be served in its place. */
  async read(plan: ReadPlan): Promise<Entry> {
    const frame = this.#parts.frames.current()
    const entry = await new Read(this.#parts, this.#budgets, plan, frame).run()
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
    const { reader, held: entries, telemetry } = this.#parts
    const budget = reader.budget()
    const held = (await reader.confirmView(budget)) ? entries.look(target.path) : undefined
    if (held?.kind === 'fresh') return tellHit(telemetry, target, held.entry, 'l1', false)
    const found = await reader.look(target, [], held, budget)
    if (found.kind === 'fresh') return tellHit(telemetry, target, found.entry, found.tier, false)
    tellMiss(telemetry, target, found.kind === 'missing' ? found.reason : 'expired')
    return undefined
  }
}

/** One caller's read, from its start to what it gets. */
class Read {
  readonly #parts: ReadThroughParts
  readonly #budgets: WeakMap<Flight, Budget>
  readonly #plan: ReadPlan
  readonly #frame: LoadFrame | undefined
  /** How many flights had been started when it began. */
  readonly #begun: number

  constructor(parts: ReadThroughParts, budgets: WeakMap<Flight, Budget>, plan: ReadPlan, frame: LoadFrame | undefined) {
    this.#parts = parts
    this.#budgets = budgets
    this.#plan = plan
    this.#frame = frame
    this.#begun = parts.flights.started
  }

  async run(): Promise<Entry> {
    const { flights, held: entries, reader, telemetry } = this.#parts
    const plan = this.#plan
    const budget = reader.budget()
    const current = await reader.confirmView(budget)
    for (;;) {
      const held = current ? entries.look(plan.path) : undefined
      if (held?.kind === 'fresh') return tellHit(telemetry, plan, held.entry, 'l1', false)
      if (held?.kind === 'stale' && plan.staleWhileRevalidate) {
        this.#refresh(held.entry)
        return tellHit(telemetry, plan, held.entry, 'l1', true)
      }
      const flight = flights.get(plan.path)
      if (flight === undefined) return this.#land(this.#fly(held, false, budget))
      const joined = await this.#join(flight, held, current)
      if (joined !== undefined) return joined
      const spent = this.#budgets.get(flight)
      if (spent !== undefined) budget.share(spent)
    }
  }

  /** Refreshes a stale entry behind the caller's back, unless that has just failed. */
  #refresh(entry: Entry): void {
    const { flights, reader, clock } = this.#parts
    if (flights.get(this.#plan.path) !== undefined || clock.now() < entry.retryAt) return
    this.#fly({ kind: 'stale', entry }, true, reader.budget())
  }

  #fly(held: Held, background: boolean, budget: Budget): Flight {
    const flight = this.#parts.reader.fly(this.#plan, held, background, budget)
    this.#budgets.set(flight, budget)
    return flight
  }

  /** Waits for the flight that this read has started. */
  async #land(flight: Flight): Promise<Entry> {
    const { entry, stale } = await this.#wait(flight)
    if (stale) this.#refresh(entry)
    return entry
  }

  /**
   * Waits for another read's flight, and takes its result only where it could have taken it from memory at the moment
   * of joining. Undefined: begin again.
   */
  async #join(flight: Flight, held: Held, current: boolean): Promise<Entry | undefined> {
    const { coherence, held: entries, clock, maxStaleness } = this.#parts
    // Taken now: a proof that comes while this waits says nothing about the moment of joining.
    const youngest = clock.now() - maxStaleness
    const changed = entries.lastChange(this.#plan.path)
    const proven = coherence.provenAt >= youngest
    try {
      const { entry, stale } = await this.#wait(flight)
      if (stale && !this.#plan.staleWhileRevalidate) return undefined
      // Decided even where nothing was heard meanwhile: a deadline passes without a message.
      const known = current && changed <= entry.mark && (proven || entry.since >= youngest)
      const verdict = known ? coherence.decide(entry, clock.now()) : 'gone'
      const usable = verdict === 'valid' || (verdict === 'stale' && this.#plan.staleWhileRevalidate)
      // What began after this read did is as good as its own.
      if (!usable && flight.order <= this.#begun) return undefined
      tellJoin(this.#parts.telemetry, this.#plan)
      return entry
    } catch (error) {
      return this.#parts.reader.orStale(this.#plan, held?.entry, error)
    }
  }

  #wait(flight: Flight): Promise<Landing> {
    return this.#frame === undefined ? flight.landed : this.#frame.wait(flight, flight.landed)
  }
}
