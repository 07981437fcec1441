import type { Entry } from './entry.ts'

/** A read in progress that others may join. */
export interface Flight {
  readonly path: string
  /** Its place among all flights, in the order of their starts. */
  readonly order: number
  /** Flights that its loader waits for. */
  readonly waitsFor: Set<Flight>
  readonly landed: Promise<Landing>
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

  /** How many have been started: a flight of a higher order began later than this was read. */
  get started(): number {
    return this.#started
  }

  /** Starts one; `run` begins in the next microtask. A failure that nobody waits for is no unhandled rejection. */
  start(path: string, run: (flight: Flight) => Promise<Landing>): Flight {
    this.#started++
    const flight: Flight = {
      path,
      order: this.#started,
      waitsFor: new Set(),
      landed: Promise.resolve().then(() => this.#land(flight, run)),
    }
    flight.landed.catch(() => undefined)
    this.#flights.set(path, flight)
    return flight
  }

  async #land(flight: Flight, run: (flight: Flight) => Promise<Landing>): Promise<Landing> {
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
