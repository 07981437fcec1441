import type { Hint, Invalidated } from './invalidation-store.ts'

/** Own invalidations whose hint has not come yet; lost ones would stay for ever. */
const MOST_AWAITED = 1000

/**
 * Tells others' invalidations from the echo of own ones, for events only: a hint does not say who made it, and may come
 * before or after the reply to the call that caused it.
 */
export class Echoes {
  readonly #tell: (hint: Hint) => void
  readonly #awaited = new Set<string>()
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

  /** It was answered with its step, or failed. */
  answered(step: Invalidated | undefined): void {
    if (step !== undefined) {
      const own = stepOf(step)
      const before = this.#held.length
      this.#held = this.#held.filter((hint) => stepOf(hint) !== own)
      if (this.#held.length === before) this.#await(own)
    }
    this.#sending--
    if (this.#sending > 0) return
    const others = this.#held
    this.#held = []
    others.forEach(this.#tell)
  }

  heard(hint: Hint): void {
    if (this.#awaited.delete(stepOf(hint))) return
    if (this.#sending > 0) this.#held.push(hint)
    else this.#tell(hint)
  }

  #await(step: string): void {
    if (this.#awaited.size >= MOST_AWAITED) this.#awaited.clear()
    this.#awaited.add(step)
  }
}

/** Another generation has the same clocks again. */
function stepOf({ generation, clock }: Invalidated): string {
  return `${generation} ${clock}`
}
