import type { Decidable } from '../invalidation/coherence.ts'
import { abandoned } from './abort.ts'
import type { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import type { Form } from './form.ts'
import { Interest } from './interest.ts'
import { Passing } from './passing.ts'

/**
 * - `read` - somebody waits for it: a look beyond this process, then a load if need be.
 * - `refresh` - nobody waits for it: the same, for an entry that is served meanwhile.
 * - `forced` - a load without a look.
 */
export type FlightKind = 'read' | 'refresh' | 'forced'

/** What a flight is started with. */
export interface FlightPlan {
  readonly path: string
  readonly kind: FlightKind
  /** What the reader that starts it expects. */
  readonly form: Form
  /** What it may spend in the backend. */
  readonly budget: Budget
}

/** A read in progress that others may join. */
export interface Flight extends FlightPlan {
  /** Its place among all flights, in the order of their starts. */
  readonly order: number
  /** Flights that its loader waits for. */
  readonly waitsFor: Set<Flight>
  readonly landed: Promise<Landing>
  readonly interest: Interest
  /** Fires when nobody is interested any more: the flight has ended then. */
  readonly signal: AbortSignal
  /** What it has found that may perhaps be served in place of what it loads. */
  known: Entry | undefined
  /** What an entry of its load would have been bound to, where the load has failed: others may depend on the failure. */
  failed: Decidable | undefined
}

/** What a flight brings: `stale` when it found a stale entry and did not load, so that somebody should refresh it. */
export interface Landing {
  readonly entry: Entry
  readonly stale: boolean
}

/** At most one flight per path. */
export class Flights {
  readonly #flights = new Passing<string, Flight>()
  #started = 0

  get(path: string): Flight | undefined {
    return this.#flights.get(path)
  }

  /** The paths of all flights. */
  paths(): Iterable<string> {
    return this.#flights.names()
  }

  /** How many have been started: a flight of a higher order began later than this was read. */
  get started(): number {
    return this.#started
  }

  /** Starts one. A failure that nobody waits for is no unhandled rejection. */
  start(plan: FlightPlan, run: (flight: Flight) => Promise<Landing>): Flight {
    this.#started++
    const flight = new Flying(plan, this.#started, (ended) => this.#end(ended))
    this.#flights.set(plan.path, flight)
    flight.follow(run(flight))
    return flight
  }

  /** Whoever comes from now on starts another one. */
  #end(flight: Flight): void {
    if (this.#flights.get(flight.path) === flight) this.#flights.delete(flight.path)
  }

  /** Resolves when none is in progress any more, those included that start meanwhile. */
  async settled(): Promise<void> {
    // A read starts its flight a moment after it was called.
    await new Promise<void>((resolve) => process.nextTick(resolve))
    while (this.#flights.size > 0) await Promise.allSettled(this.#flights.values().map((flight) => flight.landed))
  }
}

/** Costs little on its way to a hit in the backend: what only a load or a caller that leaves needs is made when it is asked for. */
class Flying implements Flight {
  readonly path: string
  readonly kind: FlightKind
  readonly form: Form
  readonly budget: Budget
  readonly order: number
  readonly landed: Promise<Landing>
  readonly interest: Interest
  known: Entry | undefined
  failed: Decidable | undefined
  readonly #end: (flight: Flight) => void
  #resolve!: (landing: Landing) => void
  #reject!: (error: unknown) => void
  #waitsFor: Set<Flight> | undefined
  #controller: AbortController | undefined
  #abandoned: DOMException | undefined

  /** @param end is called when it has landed or was abandoned, before anybody learns of it. */
  constructor({ path, kind, form, budget }: FlightPlan, order: number, end: (flight: Flight) => void) {
    this.path = path
    this.kind = kind
    this.form = form
    this.budget = budget
    this.order = order
    this.known = undefined
    this.failed = undefined
    this.#end = end
    this.landed = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.interest = new Interest(() => this.#abandon())
    if (kind === 'refresh') this.interest.hold()
  }

  get waitsFor(): Set<Flight> {
    this.#waitsFor ??= new Set()
    return this.#waitsFor
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#abandoned !== undefined) this.#controller.abort(this.#abandoned)
    }
    return this.#controller.signal
  }

  /** Lands with what comes of the work, unless it is abandoned first. */
  follow(work: Promise<Landing>): void {
    work.then(
      (landing) => {
        this.#end(this)
        this.#resolve(landing)
      },
      (error: unknown) => this.#fail(error),
    )
  }

  #abandon(): void {
    this.#abandoned = abandoned(this.path)
    this.#fail(this.#abandoned)
    this.#controller?.abort(this.#abandoned)
  }

  #fail(reason: unknown): void {
    this.#end(this)
    // Perhaps nobody waits.
    this.landed.catch(() => undefined)
    this.#reject(reason)
  }
}

/** For what others cannot join and nobody waits for. */
export function loneFlight(path: string, form: Form, budget: Budget): Flight {
  return {
    path,
    kind: 'forced',
    form,
    budget,
    order: 0,
    known: undefined,
    failed: undefined,
    waitsFor: new Set(),
    landed: NEVER,
    interest: new Interest(() => {}),
    signal: STAYS,
  }
}

const NEVER = new Promise<Landing>(() => {})
const { signal: STAYS } = new AbortController()
