import type { Decidable } from '../invalidation/coherence.ts'
import { count, STALE_HIT } from '../telemetry/counters.ts'
import type { Budget } from './budget.ts'
import { type Entry, freshnessOf } from './entry.ts'
import type { Flight, FlightKind, Landing } from './flights.ts'
import { fits } from './form.ts'
import type { Held } from './held.ts'
import type { LoadFrame } from './load-frame.ts'
import type { LoadPlan } from './load-plan.ts'
import type { ReadParts } from './read-parts.ts'
import { unlessSlow } from './soft-timeout.ts'
import { tellHit, tellJoin } from './tell.ts'

/** One caller's read, from its start to what it gets. */
export class Read {
  readonly #parts: ReadParts
  readonly #plan: LoadPlan
  readonly #frame: LoadFrame | undefined
  /** How many flights had been started when it began. */
  readonly #begun: number
  /** Leaves the flight that this read waits for. */
  #leave: (() => void) | undefined
  #failed: Decidable | undefined

  constructor(parts: ReadParts, plan: LoadPlan, frame: LoadFrame | undefined) {
    this.#parts = parts
    this.#plan = plan
    this.#frame = frame
    this.#begun = parts.flights.started
  }

  /** Where it has rejected, what an entry of the load that failed would have been bound to. */
  get failed(): Decidable | undefined {
    return this.#failed
  }

  /** The caller has gone: its interest ends, and nothing is begun for it any more. */
  abandon(): void {
    this.#leave?.()
    this.#leave = undefined
  }

  async run(): Promise<Entry> {
    const { held: entries, reader, admission, failedLoads, flights, telemetry } = this.#parts
    const plan = this.#plan
    if (plan.minHits > 1) admission.asked(plan.path)
    const budget = reader.budget()
    if (plan.refresh) return this.#force(budget)
    const confirmed = reader.confirmView(plan, budget)
    // Awaited in any case: reads of one tick have all begun before the first flight of theirs, so that they may share it.
    const current = await confirmed
    for (;;) {
      plan.signal?.throwIfAborted()
      const held = current ? entries.look(plan.path, plan.form) : undefined
      if (held?.kind === 'fresh') {
        this.#refreshEarly(held.entry)
        return tellHit(telemetry, plan, held.entry, 'l1', false)
      }
      if (held?.kind === 'stale' && plan.staleWhileRevalidate) {
        this.#refresh(held.entry)
        return tellHit(telemetry, plan, held.entry, 'l1', true)
      }
      const failed = current && plan.errorTtl > 0 ? failedLoads.recall(plan.path) : undefined
      if (failed !== undefined) {
        this.#failed = failed.stamp
        return reader.orStale(plan, held?.entry, failed.error)
      }
      const flight = flights.get(plan.path)
      if (flight === undefined)
        return this.#take(await this.#waitSoftly(this.#fly(held, 'read', budget), held, current))
      const fitting = fits(flight.form, plan.form)
      const joined = fitting ? await this.#join(flight, held, current) : await this.#pass(flight)
      if (joined !== undefined) return joined
      budget.share(flight.budget)
    }
  }

  /** Loads whatever is there, and shares only a load of the same kind that began later. */
  async #force(budget: Budget): Promise<Entry> {
    const { flights, held: entries, telemetry } = this.#parts
    const plan = this.#plan
    for (;;) {
      plan.signal?.throwIfAborted()
      const flight = flights.get(plan.path)
      if (flight === undefined) {
        const held = entries.look(plan.path, plan.form)
        const started = this.#fly(held, 'forced', budget)
        return (await this.#wait(started, started.landed)).entry
      }
      if (flight.kind === 'forced' && flight.order > this.#begun && fits(flight.form, plan.form)) {
        const { entry } = await this.#wait(flight, flight.landed)
        tellJoin(telemetry, plan)
        return entry
      }
      await this.#pass(flight)
    }
  }

  /** Refreshes a stale entry behind the caller's back, unless that has just failed or another process does. */
  #refresh(entry: Entry): void {
    const { flights, reader, backOffs } = this.#parts
    const { path } = this.#plan
    if (flights.get(path) !== undefined || backOffs.holds(path)) return
    // From memory as long as it is fresh; whoever ends the refresh in vain says when to try again.
    entry.hitUntil = entry.freshUntil
    this.#fly({ kind: 'stale', entry }, 'refresh', reader.budget())
  }

  #refreshEarly(entry: Entry): void {
    if (this.#plan.earlyRefresh !== false && this.#parts.held.isDue(entry)) this.#refresh(entry)
  }

  #fly(held: Held, kind: FlightKind, budget: Budget): Flight {
    return this.#parts.course.fly(this.#plan, held, kind, budget)
  }

  /** Takes what the flight that this read has started brought. */
  #take(waited: Landing | Left): Entry {
    const { entry } = waited
    if ('left' in waited) return entry
    if (waited.stale) this.#refresh(entry)
    else this.#refreshEarly(entry)
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
    const joined = coherence.time.latest(clock.now())
    try {
      const waited = await this.#waitSoftly(flight, held, current)
      const { entry } = waited
      if ('left' in waited) return entry
      if (waited.stale && !this.#plan.staleWhileRevalidate) return undefined
      // Decided even where nothing was heard meanwhile: a deadline passes without a message.
      const alive = freshnessOf(entry, joined) !== 'expired'
      const known = current && alive && changed <= entry.mark && (proven || entry.since >= youngest)
      const verdict = known ? coherence.decide(entry, clock.now()) : 'gone'
      const usable = verdict === 'valid' || (verdict === 'stale' && this.#plan.staleWhileRevalidate)
      // What a flight that began after this read did has loaded is as good as its own.
      if (!usable && (waited.stale || flight.order <= this.#begun)) return undefined
      tellJoin(this.#parts.telemetry, this.#plan)
      return entry
    } catch (error) {
      this.#plan.signal?.throwIfAborted()
      return this.#parts.reader.orStale(this.#plan, held?.entry, error)
    }
  }

  /** Waits until a flight is over whose result is of no use: one load per path at a time, whoever it is for. */
  async #pass(flight: Flight): Promise<undefined> {
    const over = flight.landed.then(
      () => undefined,
      () => undefined,
    )
    await (this.#frame === undefined ? over : this.#frame.wait(flight, over))
  }

  /** Waits for a flight, but not longer than `softTimeout` where a stale entry may be served then. */
  #waitSoftly(flight: Flight, held: Held, current: boolean): Promise<Landing | Left> {
    const { softTimeout } = this.#plan
    // With strict consistency and no answer, nothing that is known may be served.
    if (softTimeout === Infinity || !current) return this.#wait(flight, flight.landed)
    const work = unlessSlow(this.#parts.clock, softTimeout, flight.landed, () => this.#goOn(flight, held))
    // Nobody waits for it where waiting would make a cycle.
    work.catch(() => undefined)
    return this.#wait(flight, work)
  }

  /** Serves what may be served now in place of what a flight loads, and lets it go on in the background. */
  #goOn(flight: Flight, held: Held): Left | undefined {
    const { held: entries, background, telemetry } = this.#parts
    const { path, namespace, counters, waitUntil } = this.#plan
    const entry = flight.known ?? held?.entry
    if (entry === undefined || !entries.servable(path, entry)) return undefined
    flight.interest.hold()
    background.add(flight.landed, waitUntil)
    count(counters, STALE_HIT)
    if (telemetry.hears('cache.soft-timeout')) telemetry.emit({ type: 'cache.soft-timeout', namespace, key: path })
    return { entry, left: true }
  }

  /** Keeps what a failure depends on: the load that this read is part of goes on with it. */
  #failing<T>(flight: Flight, work: Promise<T>): Promise<T> {
    return work.catch((error: unknown) => {
      this.#failed = flight.failed
      throw error
    })
  }

  #wait<T>(flight: Flight, work: Promise<T>): Promise<T> {
    if (this.#plan.signal !== undefined) this.#leave = flight.interest.join()
    else flight.interest.hold()
    const over = this.#frame === undefined ? work : this.#failing(flight, this.#frame.wait(flight, work))
    return this.#leave === undefined ? over : over.finally(() => this.abandon())
  }
}

/** What a caller takes along that does not wait any longer. */
interface Left {
  readonly entry: Entry
  readonly left: true
}
