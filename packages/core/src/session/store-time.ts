import type { Clock } from '../clock.ts'
import { ServerTime } from '../server-time.ts'
import type { SessionStore } from './session-store.ts'

/** What time it is at the backend, as far as its replies tell. */
export class StoreTime {
  readonly #store: SessionStore
  readonly #clock: Clock
  #time = new ServerTime(KEEP_MS)

  constructor(store: SessionStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Whether a reply has told. */
  get known(): boolean {
    return this.#time.known
  }

  async ask(timeout: number): Promise<void> {
    const sent = this.#clock.now()
    this.learned(await this.#store.time(timeout), sent)
  }

  /** The earliest that it can be at an own instant, in whole milliseconds, once it is known. */
  earliest(own: number): number {
    return Math.floor(this.#time.earliest(own))
  }

  /** The earliest that it can be; asks the backend where no reply has told yet. */
  async now(timeout: number): Promise<number> {
    if (!this.known) await this.ask(timeout)
    return this.earliest(this.#clock.now())
  }

  /** The earliest that it can be by the last reply; -Infinity before the first. */
  atLeast(): number {
    return this.#time.known ? this.#time.earliest(this.#clock.now()) : -Infinity
  }

  /** The latest that it can be by the last reply; Infinity before the first. */
  atMost(): number {
    return this.#time.known ? this.#time.latest(this.#clock.now()) : Infinity
  }

  /** @param now what a reply says; `sent` is the own instant of its question. */
  learned(now: number, sent: number): void {
    this.#time.answered(now, sent, this.#clock.now())
  }

  /** A reply shows that the estimate is wrong, as after a failover to a server whose clock differs. */
  corrected(now: number, sent: number): void {
    this.#time = new ServerTime(KEEP_MS)
    this.learned(now, sent)
  }
}

/** Clocks drift by less than a tenth of a millisecond in it. */
const KEEP_MS = 10_000
