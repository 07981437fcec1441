import { abandoned, unlessAborted } from './abort.ts'
import type { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import type { Form } from './form.ts'
import { Interest } from './interest.ts'

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
}

/** What a flight brings: `stale` when it found a stale entry and did not load, so that somebody should refresh it. */
export interface Landing {
  readonly entry: Entry
  readonly stale: boolean
}

/** At most one flight per path. */
export class Flights {
  readonly #flights = new Map<string, Flight>()
  #started = 0

  get(path: string): Flight | undefined {
    return this.#flights.get(path)
  }

  /** The paths of all flights. */
  paths(): Iterable<string> {
    return this.#flights.keys()
  }

  /** How many have been started: a flight of a higher order began later than this was read. */
  get started(): number {
    return this.#started
  }

  /** Starts one; `run` begins in the next microtask. A failure that nobody waits for is no unhandled rejection. */
  start(plan: FlightPlan, run: (flight: Flight) => Promise<Landing>): Flight {
    this.#started++
    const controller = new AbortController()
    const { path } = plan
    const flight: Flight = {
      ...plan,
      order: this.#started,
      waitsFor: new Set(),
      landed: Promise.resolve().then(() => this.#land(flight, run)),
      interest: new Interest(() => {
        this.#end(flight)
        controller.abort(abandoned(path))
      }),
      signal: controller.signal,
      known: undefined,
    }
    if (plan.kind === 'refresh') flight.interest.hold()
    flight.landed.catch(() => undefined)
    this.#flights.set(path, flight)
    return flight
  }

  async #land(flight: Flight, run: (flight: Flight) => Promise<Landing>): Promise<Landing> {
    try {
      return await unlessAborted(flight.signal, run(flight))
    } finally {
      this.#end(flight)
    }
  }

  /** Whoever comes from now on starts another one. */
  #end(flight: Flight): void {
    if (this.#flights.get(flight.path) === flight) this.#flights.delete(flight.path)
  }

  /** Resolves when none is in progress any more, those included that start meanwhile. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled([...this.#flights.values()].map((flight) => flight.landed))
  }
}
