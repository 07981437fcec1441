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

  /** Starts one. A failure that nobody waits for is no unhandled rejection. */
  start(start: Omit<Flight, 'waitsFor' | 'landed'>, run: (flight: Flight) => Promise<Entry>): Flight {
    let take: (flight: Flight) => void = () => undefined
    const started = new Promise<Flight>((resolve) => (take = resolve))
    const flight: Flight = { ...start, waitsFor: new Set(), landed: started.then(run).finally(() => this.#flights.delete(start.path)) }
    flight.landed.catch(() => undefined)
    this.#flights.set(start.path, flight)
    take(flight)
    return flight
  }

  /** Resolves when none is in progress any more, those included that start meanwhile. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled([...this.#flights.values()].map((flight) => flight.landed))
  }
}
