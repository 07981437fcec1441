import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { unlessAborted } from './abort.ts'
import type { BackOffs } from './back-off.ts'
import type { Background } from './background.ts'
import type { Budget } from './budget.ts'
import type { Claim, Claims, Refusal } from './claims.ts'
import type { Entry } from './entry.ts'
import type { FailedLoads } from './failed-loads.ts'
import type { Flight, FlightKind, Flights, Landing } from './flights.ts'
import type { Held } from './held.ts'
import type { Loaded, Loader } from './load.ts'
import type { LoadFrames } from './load-frame.ts'
import type { LoadPlan } from './load-plan.ts'
import type { Reader, Sight } from './reader.ts'
import { tellHit, tellMiss } from './tell.ts'

export interface CourseParts {
  readonly reader: Reader
  readonly loader: Loader
  readonly flights: Flights
  readonly frames: LoadFrames
  readonly claims: Claims
  readonly backOffs: BackOffs
  readonly failedLoads: FailedLoads
  readonly background: Background
  readonly coherence: Coherence
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** 0 to 1. */
  readonly random: () => number
}

/** How often those who wait for another process look, in ms: at random between these two. */
const LOOK_AFTER = { least: 25, most: 100 }
/** How soon a process looks for what another one refreshes, where the entry's load took less. */
const LEAST_POSTPONED_MS = 50

/** What a flight does from its start to its landing: a look beyond this process, a claim where one is wanted, a load. */
export class Course {
  readonly #parts: CourseParts

  constructor(parts: CourseParts) {
    this.#parts = parts
  }

  /** Starts the one flight of a path. */
  fly(plan: LoadPlan, held: Held, kind: FlightKind, budget: Budget): Flight {
    const { flights, frames, background } = this.#parts
    const { path, form } = plan
    const start = (): Flight => flights.start({ path, kind, form, budget }, (flight) => this.#run(plan, held, flight))
    if (kind !== 'refresh') return start()
    const flight = frames.detached(start)
    background.add(flight.landed, plan.waitUntil)
    return flight
  }

  /** Not async, like what follows: this is the path of every hit in the backend. */
  #run(plan: LoadPlan, held: Held, flight: Flight): Promise<Landing> {
    if (flight.kind === 'forced') return this.#land(plan, flight, held?.entry)
    return this.#parts.reader
      .look(plan, plan.tagNames, held, flight.budget)
      .then((found) => this.#goOn(plan, held, flight, found))
  }

  /** Takes what was found, or loads. */
  #goOn(plan: LoadPlan, held: Held, flight: Flight, found: Sight): Landing | Promise<Landing> {
    const { reader, failedLoads, telemetry } = this.#parts
    const quiet = flight.kind === 'refresh'
    const stale = found.kind === 'stale'
    const early = quiet && found.kind === 'fresh' && !isNewer(found.entry, held)
    if ((found.kind === 'fresh' && !early) || (stale && plan.staleWhileRevalidate && !quiet)) {
      if (!quiet) tellHit(telemetry, plan, found.entry, found.tier, stale)
      return { entry: found.entry, stale }
    }
    const unreached = found.kind === 'missing' && found.reason === 'outage'
    if (unreached && held !== undefined && reader.usableUnread(plan.path, held)) {
      if (!quiet) tellHit(telemetry, plan, held.entry, 'l1', true)
      return landed(held.entry)
    }
    if (!quiet) tellMiss(telemetry, plan, found.kind === 'missing' ? found.reason : 'expired')
    // What the backend is known not to have any more was removed by somebody.
    const removed = held?.kind === 'suspect' && !unreached
    flight.known = found.kind !== 'missing' ? found.entry : removed ? undefined : held?.entry
    // The look has proven anew what is known; with strict consistency the read has asked before, and what it was told stands.
    const remembered = plan.errorTtl > 0 && !quiet && !unreached && !reader.strict
    const failed = remembered ? failedLoads.recall(plan.path) : undefined
    if (failed !== undefined) {
      flight.failed = failed.stamp
      return landed(reader.orStale(plan, flight.known, failed.error))
    }
    if (quiet && !unreached) return this.#refresh(plan, flight)
    if (plan.lease && !unreached && !quiet) return this.#leased(plan, flight)
    return this.#land(plan, flight, flight.known)
  }

  /** Refreshes what is served meanwhile, unless another process does or pauses. */
  async #refresh(plan: LoadPlan, flight: Flight): Promise<Landing> {
    const { known } = flight
    if (known === undefined) return this.#land(plan, flight, known)
    const claim = await this.#claim(plan, true, flight.budget)
    if (claim?.granted === false) {
      this.#postpone(plan.path, known, this.#pauseOf(claim, known))
      return { entry: known, stale: true }
    }
    return this.#loadOnce(plan, flight, claim)
  }

  /** Loads where no other process does; otherwise waits for what that one stores, but no longer than for a load. */
  async #leased(plan: LoadPlan, flight: Flight): Promise<Landing> {
    const { reader, clock, random } = this.#parts
    const begun = clock.now()
    let claim = await this.#claim(plan, false, flight.budget)
    while (claim?.granted === false && clock.now() - begun < plan.loadTimeout) {
      const pause = LOOK_AFTER.least + (LOOK_AFTER.most - LOOK_AFTER.least) * random()
      await unlessAborted(flight.signal, new Promise<void>((resolve) => clock.schedule(pause, resolve)))
      // Both at once: a look that comes too early to see what made the claim free is made good below.
      const looking = reader.budget()
      const [taken, found] = await Promise.all([
        this.#claim(plan, false, looking),
        reader.look(plan, plan.tagNames, undefined, looking),
      ])
      claim = taken
      if (found.kind !== 'fresh') continue
      if (taken?.granted === true) taken.end({}, plan.waitUntil)
      return landed(found.entry)
    }
    return this.#loadOnce(plan, flight, claim?.granted === false ? undefined : claim)
  }

  /** Loads under a claim, if there is one, and if nobody has stored it since the last look. */
  async #loadOnce(plan: LoadPlan, flight: Flight, claim: Claim | undefined): Promise<Landing> {
    const { reader } = this.#parts
    if (claim === undefined) return this.#land(plan, flight, flight.known)
    let fruitless = false
    try {
      const found = await reader.look(plan, plan.tagNames, undefined, reader.budget())
      if (found.kind === 'fresh' && isNewer(found.entry, flight.known && { entry: flight.known }))
        return landed(found.entry)
      // The same entry, but the one that memory has now.
      if (found.kind !== 'missing' && flight.known !== undefined) flight.known = found.entry
      const { entry, stored } = await this.#load(plan, flight, flight.known, claim.failures)
      fruitless = stored !== 'everywhere'
      return landed(entry)
    } finally {
      // None after a load that has brought what it was for.
      const pause = flight.kind === 'refresh' ? this.#parts.backOffs.pauseOf(plan.path) : 0
      claim.end({ pause, fruitless }, plan.waitUntil)
    }
  }

  /** Loads, for whoever waits. */
  async #land(plan: LoadPlan, flight: Flight, known: Entry | undefined): Promise<Landing> {
    return landed((await this.#load(plan, flight, known)).entry)
  }

  async #load(plan: LoadPlan, flight: Flight, known: Entry | undefined, failures = 0): Promise<Loaded> {
    const { loader, backOffs, reader } = this.#parts
    try {
      const loaded = await loader.load(plan, flight, known)
      // What is served meanwhile stays as it is, and would be refreshed again by the next read.
      const vain = loaded.stored === 'nowhere' && flight.kind === 'refresh'
      if (vain && known !== undefined) this.#rest(known, backOffs.failed(plan.path, plan.backOff, failures))
      else backOffs.succeeded(plan.path)
      return loaded
    } catch (error) {
      if (known !== undefined && !flight.signal.aborted)
        this.#rest(known, backOffs.failed(plan.path, plan.backOff, failures))
      if (flight.kind !== 'read') throw error
      return { entry: reader.orStale(plan, known, error), stored: 'everywhere' }
    }
  }

  /** Asks with a budget of its own, since there may be many such questions; a backend that fails is met once. */
  async #claim(plan: LoadPlan, patient: boolean, budget: Budget): Promise<Claim | Refusal | undefined> {
    const { claims, reader } = this.#parts
    if (budget.spent) return undefined
    const own = reader.budget()
    const claim = await claims.take(plan.path, patient, own)
    if (claim === undefined) budget.share(own)
    return claim
  }

  /** How long to go on with what is there: another process that refreshes will be done about when it was the last time. */
  #pauseOf({ remaining, paused }: Refusal, { cost }: Entry): number {
    const pause = paused ? remaining : Math.min(remaining, Math.max(LEAST_POSTPONED_MS, cost))
    return pause * (1 + this.#parts.random() / 4)
  }

  #postpone(path: string, known: Entry, pause: number): void {
    this.#parts.backOffs.postpone(path, pause)
    this.#rest(known, pause)
  }

  /** Serves a fresh entry from memory for so many ms before it is refreshed early again. */
  #rest(known: Entry, pause: number): void {
    const { coherence, clock } = this.#parts
    known.hitUntil = Math.min(known.freshUntil, coherence.time.latest(clock.now()) + pause)
  }
}

function landed(entry: Entry): Landing {
  return { entry, stale: false }
}

/** Whether it was stored after what was known. */
function isNewer(entry: Entry, known: { readonly entry: Entry } | undefined): boolean {
  return known === undefined || entry.freshUntil > known.entry.freshUntil || entry.loadedClock > known.entry.loadedClock
}
