import type { Cancel, Clock } from '../clock.ts'
import { EVERYTHING, type Name } from '../invalidation/names.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** An invalidation that will be made again. */
export interface Settling {
  readonly names: readonly Name[]
  readonly strategy: 'immediate' | 'lazy'
  readonly unlink: readonly string[]
}

/** Names that wait for their second time; above it everything is invalidated instead. */
const MOST_NAMES = 100_000

/**
 * Invalidations that are made a second time after a while, because what is loaded in between may come from a replica that
 * lags behind. Those that have not been by the time of closing are made then.
 */
export class SettlingList {
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #raise: (settling: Settling) => Promise<unknown>
  readonly #waiting = new Map<Settling, Cancel>()
  #names = 0

  /** @param raise makes an invalidation, and keeps it where the backend does not answer. */
  constructor(clock: Clock, telemetry: Telemetry, raise: (settling: Settling) => Promise<unknown>) {
    this.#clock = clock
    this.#telemetry = telemetry
    this.#raise = raise
  }

  /** @param delay milliseconds. */
  add(settling: Settling, delay: number): void {
    if (this.#names + settling.names.length > MOST_NAMES) {
      this.#telemetry.emit({ type: 'pending.overflow', names: this.#names + settling.names.length })
      this.#cancelAll()
      return this.add({ names: [EVERYTHING], strategy: 'immediate', unlink: [] }, delay)
    }
    this.#names += settling.names.length
    this.#waiting.set(
      settling,
      this.#clock.schedule(delay, () => void this.#make(settling)),
    )
  }

  /** Makes at once what waits. */
  async close(): Promise<void> {
    const waiting = [...this.#waiting.keys()]
    for (const cancel of this.#waiting.values()) cancel()
    await Promise.all(waiting.map((settling) => this.#make(settling)))
  }

  async #make(settling: Settling): Promise<void> {
    this.#waiting.delete(settling)
    this.#names -= settling.names.length
    // Rejects only where the instance was closed meanwhile.
    await this.#raise(settling).catch(() => undefined)
  }

  #cancelAll(): void {
    for (const cancel of this.#waiting.values()) cancel()
    this.#waiting.clear()
    this.#names = 0
  }
}
