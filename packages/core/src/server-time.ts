/**
 * What time it is at the backend: bounds from an answer, whose instant lay between its question's sending and its own
 * arrival. Within the bounds every entry counts as older, never as younger.
 */
export class ServerTime {
  /** Add to an own instant for the latest that the backend's time can be. Zero before the first answer. */
  latestOffset = 0
  #earliestOffset = 0
  #error = Infinity
  /** Own instant of the answer that the bounds are from. */
  #at = -Infinity
  /** The same of the last answer, which stands for itself once the one with better bounds is too old. */
  #lastOffset = 0
  #lastAt = -Infinity
  readonly #keep: number

  /** @param keep milliseconds for which an answer stands: better bounds are kept so long, and older ones are none. */
  constructor(keep: number) {
    this.#keep = keep
  }

  /** @param time the backend's time in ms; `sent` and `received` are own instants. */
  answered(time: number, sent: number, received: number): void {
    this.#lastOffset = time - sent
    this.#lastAt = received
    if (received - sent > this.#error && received - this.#at < this.#keep) return
    this.latestOffset = time - sent
    this.#earliestOffset = time - received
    this.#error = received - sent
    this.#at = received
  }

  get known(): boolean {
    return this.#error !== Infinity
  }

  latest(now: number): number {
    return now + this.latestOffset
  }

  earliest(now: number): number {
    return now + this.#earliestOffset
  }

  /** For deadlines of invalidations: without a recent answer every one of them has passed. */
  judging(now: number): number {
    if (now - this.#at <= this.#keep) return now + this.latestOffset
    return now - this.#lastAt <= this.#keep ? now + this.#lastOffset : Infinity
  }
}
