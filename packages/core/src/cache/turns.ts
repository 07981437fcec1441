import type { Clock } from '../clock.ts'
import { unlessAborted } from './abort.ts'
import type { Flight } from './flights.ts'
import { loadCycle, waitsFor } from './load-frame.ts'
import { Passing } from './passing.ts'

/** A loader's turn: while it lasts, no other load of its path begins in this process. */
export interface Turn {
  /** Nobody waits for the loader any more: its turn ends when it settles, and after so many ms at the latest. */
  abandon(patience: number): void
}

interface Running extends Turn {
  readonly flight: Flight
  readonly over: Promise<void>
}

/** At most one loader per path at a time, those included whose flights have ended before them. */
export class Turns {
  readonly #clock: Clock
  readonly #running = new Passing<string, Running>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Waits until no other loader of the flight's path runs. Rejects when the flight is abandoned.
   *
   * @throws RedstartError `LOAD_CYCLE` when the loader that runs waits, through others, for this flight.
   */
  async free(flight: Flight): Promise<void> {
    for (let turn = this.#running.get(flight.path); turn !== undefined; turn = this.#running.get(flight.path)) {
      if (waitsFor(turn.flight, flight)) throw loadCycle(flight, turn.flight)
      flight.waitsFor.add(turn.flight)
      try {
        await unlessAborted(flight.signal, turn.over)
      } finally {
        flight.waitsFor.delete(turn.flight)
      }
    }
  }

  /** Takes the turn for a loader that begins now; call it only where {@link Turns.free} has just resolved. */
  take(flight: Flight, loader: Promise<unknown>): Turn {
    let end: () => void = () => undefined
    const over = new Promise<void>((resolve) => (end = resolve))
    const turn = {
      flight,
      over,
      abandon: (patience: number) => {
        const cancel = this.#clock.schedule(patience, finish)
        void over.then(cancel)
      },
    }
    const finish = (): void => {
      if (this.#running.get(flight.path) === turn) this.#running.delete(flight.path)
      end()
    }
    this.#running.set(flight.path, turn)
    loader.then(finish, finish)
    return turn
  }
}
