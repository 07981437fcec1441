import type { Clock } from '../clock.ts'

interface Pause {
  /** Own instant. */
  readonly until: number
  readonly failures: number
}

/** The longest pause, unless the first one is longer. */
const LONGEST_MS = 60_000
/** Paths whose pauses are known; the oldest are forgotten first, and refreshed at their next read. */
const MOST_PATHS = 10_000

/** Paths that are not refreshed for now, because it failed or because another process does. */
export class BackOffs {
  readonly #clock: Clock
  readonly #pauses = new Map<string, Pause>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  holds(path: string): boolean {
    const pause = this.#pauses.get(path)
    return pause !== undefined && this.#clock.now() < pause.until
  }

  /**
   * Begins the pause after a failure.
   *
   * @param first milliseconds of the pause after the first one in a row; each further one doubles it.
   * @param before failures in a row that other processes had before this one.
   * @returns its milliseconds.
   */
  failed(path: string, first: number, before: number): number {
    const failures = Math.max(this.#pauses.get(path)?.failures ?? 0, before)
    const pause = Math.min(Math.max(first, LONGEST_MS), first * 2 ** Math.min(failures, 30))
    this.#set(path, pause, failures + 1)
    return pause
  }

  /** Begins a pause of so many ms because another process refreshes, or pauses. */
  postpone(path: string, pause: number): void {
    this.#set(path, pause, this.#pauses.get(path)?.failures ?? 0)
  }

  /** Milliseconds that are left of the pause; 0 where there is none. */
  pauseOf(path: string): number {
    return Math.max(0, (this.#pauses.get(path)?.until ?? -Infinity) - this.#clock.now())
  }

  succeeded(path: string): void {
    this.#pauses.delete(path)
  }

  #set(path: string, pause: number, failures: number): void {
    this.#pauses.delete(path)
    this.#pauses.set(path, { until: this.#clock.now() + pause, failures })
    for (const oldest of this.#pauses.keys()) {
      if (this.#pauses.size <= MOST_PATHS) return
      this.#pauses.delete(oldest)
    }
  }
}
