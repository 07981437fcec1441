import { randomBytes } from 'node:crypto'
import type { Cancel, Clock } from '../clock.ts'
import type { LimitStore } from './limit-store.ts'

/** How often an instance says that it is alive, and for how long that counts. */
const EVERY_MS = 10_000
const COUNTS_MS = 30_000

/** Says that this instance is alive, from its first check on, and knows how many others are. */
export class Presence {
  readonly #store: LimitStore
  readonly #clock: Clock
  readonly #deadline: number
  readonly #name = randomBytes(12).toString('base64url')
  #count = 1
  #timer: Cancel | undefined
  #state: 'idle' | 'begun' | 'ended' = 'idle'

  constructor(store: LimitStore, clock: Clock, deadline: number) {
    this.#store = store
    this.#clock = clock
    this.#deadline = deadline
  }

  /** How many instances there were when that was last heard, this one included. */
  get count(): number {
    return this.#count
  }

  /** Called at each answer of the backend. */
  begin(): void {
    if (this.#state !== 'idle') return
    this.#state = 'begun'
    void this.#say()
  }

  async end(): Promise<void> {
    const begun = this.#state === 'begun'
    this.#state = 'ended'
    this.#timer?.()
    if (begun) await this.#store.alive(this.#name, 0, this.#deadline).catch(() => undefined)
  }

  async #say(): Promise<void> {
    try {
      const count = await this.#store.alive(this.#name, COUNTS_MS, this.#deadline)
      // Where nobody else could be, nothing need be said.
      if (count === undefined) return
      this.#count = Math.max(1, count)
    } catch {
      // Then the number is the last one that was heard.
    }
    if (this.#state === 'begun') this.#timer = this.#clock.schedule(EVERY_MS, () => void this.#say())
  }
}
