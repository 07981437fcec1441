import type { Entry } from './entry.ts'

/** A read in progress that others may join. */
export interface Flight {
  readonly path: string
  /** Own instant of its start. */
  readonly startedAt: number
  /** The view's version and the local order's place at its start. */
  readonly version: number
  readonly sequence: number
  /** Flights that its loader waits for. */
  readonly waitsFor: Set<Flight>
  readonly landed: Promise<Entry>
}

/** At most one flight per path. */
export class Flights {
  readonly #flights = new Map<string, Flight>()

  get(path: string): Flight | undefined {
    return this.#flights.get(path)
  }

  /** Starts one; `run` begins in the next microtask. A failure that nobody waits for is no unhandled rejection. */
  start(start: Omit<Flight, 'waitsFor' | 'landed'>, run: (flight: Flight) => Promise<Entry>): Flight {
    const flight: Flight = {
      ...start,
      waitsFor: new Set(),
      landed: Promise.resolve().then(() => this.#land(flight, run)),
    }
    flight.landed.catch(() => undefined)
    this.#flights.set(start.path, flight)
    return flight
  }

  async #land(flight: Flight, run: (flight: Flight) => Promise<Entry>): Promise<Entry> {
    try {
      return await run(flight)
    } finally {
      this.#flights.delete(flight.path)
    }
  }

  /** Resolves when none is in progress any more, those included that start meanwhile. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled([...this.#flights.values()].map((flight) => flight.landed))
  }
}
