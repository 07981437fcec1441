import type { Hint } from './invalidation-store.ts'

/** Own invalidations whose hint has not come yet; lost ones would stay for ever. */
const MOST_AWAITED = 1000

/**
 * Tells others' invalidations from the echo of own ones, for events only: a hint does not say who made it, and may come
 * before or after the reply to the call that caused it.
 */
export class Echoes {
  readonly #tell: (hint: Hint) => void
  readonly #awaited = new Set<number>()
  #sending = 0
  #held: Hint[] = []

  /** @param tell gets the hints of other instances. */
  constructor(tell: (hint: Hint) => void) {
    this.#tell = tell
  }

  /** An own invalidation is being sent. */
  sending(): void {
    this.#sending++
  }

  /** It was answered with its clock, or failed. */
  answered(clock: number | undefined): void {
    const before = this.#held.length
    this.#held = this.#held.filter((hint) => hint.clock !== clock)
    if (clock !== undefined && this.#held.length === before) this.#await(clock)
    this.#sending--
    if (this.#sending > 0) return
    const others = this.#held
    this.#held = []
    others.forEach(this.#tell)
  }

  heard(hint: Hint): void {
    if (this.#awaited.delete(hint.clock)) return
    if (this.#sending > 0) this.#held.push(hint)
    else this.#tell(hint)
  }

  #await(clock: number): void {
    if (this.#awaited.size >= MOST_AWAITED) this.#awaited.clear()
    this.#awaited.add(clock)
  }
}
