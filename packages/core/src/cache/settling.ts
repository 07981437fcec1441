import type { Cancel, Clock } from '../clock.ts'
import { EVERYTHING, type Name } from '../invalidation/names.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/** An invalidation that will be made again. */
export interface Settling {
  readonly names: readonly Name[]
  readonly strategy: 'immediate' | 'lazy'
  readonly unlink: readonly string[]
}

/**
 * Names that wait for their second time. Above it everything is invalidated instead, both when the first of them was due and
 * when the last one is: what lies between is hit by the second, and what a replica shows early by the first.
 */
const MOST_NAMES = 100_000

const ALL: Settling = { names: [EVERYTHING], strategy: 'immediate', unlink: [] }

interface Waiting {
  readonly cancel: Cancel
  /** Own instant. */
  readonly due: number
}

/**
 * Invalidations that are made a second time after a while, because what is loaded in between may come from a replica that
 * lags behind. Those that have not been by the time of closing are made then.
 */
export class SettlingList {
  readonly #clock: Clock
  readonly #telemetry: Telemetry
  readonly #raise: (settling: Settling) => Promise<unknown>
  readonly #waiting = new Map<Settling, Waiting>()
  #names = 0

  /** @param raise makes an invalidation, and keeps it where the backend does not answer. */
  constructor(clock: Clock, telemetry: Telemetry, raise: (settling: Settling) => Promise<unknown>) {
    this.#clock = clock
    this.#telemetry = telemetry
    this.#raise = raise
  }

  /** @param delay milliseconds. */
  add(settling: Settling, delay: number): void {
    const due = this.#clock.now() + delay
    const names = this.#names + settling.names.length
    if (names <= MOST_NAMES) return this.#wait(settling, due)
    this.#telemetry.emit({ type: 'pending.overflow', names })
    const dues = [...this.#waiting.values()].map((waiting) => waiting.due)
    this.#cancelAll()
    const last = dues.reduce((one, other) => Math.max(one, other), due)
    const first = dues.reduce((one, other) => Math.min(one, other), due)
    for (const each of new Set([first, last])) this.#wait({ ...ALL }, each)
  }

  /** Makes at once what waits. */
  async close(): Promise<void> {
    const waiting = [...this.#waiting.keys()]
    for (const { cancel } of this.#waiting.values()) cancel()
    await Promise.all(waiting.map((settling) => this.#make(settling)))
  }

  #wait(settling: Settling, due: number): void {
    const delay = Math.max(0, due - this.#clock.now())
    this.#names += settling.names.length
    const cancel = this.#clock.schedule(delay, () => void this.#make(settling))
    this.#waiting.set(settling, { cancel, due })
  }

  async #make(settling: Settling): Promise<void> {
    this.#waiting.delete(settling)
    this.#names -= settling.names.length
    // Rejects only where the instance was closed meanwhile.
    await this.#raise(settling).catch(() => undefined)
  }

  #cancelAll(): void {
    for (const { cancel } of this.#waiting.values()) cancel()
    this.#waiting.clear()
    this.#names = 0
  }
}
