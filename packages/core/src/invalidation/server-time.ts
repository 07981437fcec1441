/** Better bounds are kept this long, so that one slow answer does not widen them. */
const KEEP_MS = 10_000

/**
 * What time it is at the backend: bounds from an answer, whose instant lay between its question's sending and its own
 * arrival. Within the bounds every entry counts as older, never as younger.
 */
export class ServerTime {
  /** Add to an own instant for the latest that the backend's time can be. Zero before the first answer. */
  latestOffset = 0
  #earliestOffset = 0
  #error = Infinity
  #at = -Infinity

  /** @param time the backend's time in ms; `sent` and `received` are own instants. */
  answered(time: number, sent: number, received: number): void {
    if (received - sent > this.#error && received - this.#at < KEEP_MS) return
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
}
