import type { Hint } from './invalidation-store.ts'
import { EVERYTHING } from './names.ts'

/** Names that wait; above it everything is invalidated instead. */
const MOST_NAMES = 10_000

export type Unreached = Pick<Hint, 'names' | 'kind' | 'deadline'>

/**
 * Invalidations that have not reached the backend. They hold here at once, in the order of a local counter (values of
 * the backend's clock are never invented), and are sent again before anything is read from the backend.
 */
export class Pending {
  /** Rises with every invalidation that did not reach the backend. */
  sequence = 0
  /** Hard names that wait, with the sequence of their last invalidation. */
  readonly #names = new Map<string, number>()
  #waiting: Unreached[] = []
  #size = 0
  readonly #mostNames: number

  constructor(mostNames: number = MOST_NAMES) {
    this.#mostNames = mostNames
  }

  get empty(): boolean {
    return this.#waiting.length === 0
  }

  /** How many names wait. */
  get size(): number {
    return this.#size
  }

  /** Takes in one more. Returns false when there were too many, and one for everything took the place of all. */
  add(unreached: Unreached): boolean {
    this.sequence++
    const fits = this.#size + unreached.names.length <= this.#mostNames
    if (fits) this.#waiting.push(unreached)
    else this.#waiting = [{ names: [EVERYTHING], kind: 'hard', deadline: Infinity }]
    this.#size = fits ? this.#size + unreached.names.length : 1
    if (!fits) this.#names.clear()
    if (!fits) this.#names.set(EVERYTHING, this.sequence)
    else if (unreached.kind === 'hard') for (const name of unreached.names) this.#names.set(name, this.sequence)
    return fits
  }

  /** False when something that these names depend on was invalidated here after `sequence`. */
  allows(names: readonly string[], sequence: number): boolean {
    if (this.#names.size === 0) return true
    return names.every((name) => (this.#names.get(name) ?? -1) <= sequence)
  }

  /** The one that has waited longest. */
  get first(): Unreached | undefined {
    return this.#waiting[0]
  }

  /** The first has reached the backend, and the view knows its markers. */
  settled(unreached: Unreached): void {
    if (this.#waiting[0] !== unreached) return // overtaken by an overflow, which covers it
    this.#waiting.shift()
    this.#size -= unreached.names.length
    if (this.#waiting.length === 0) this.#names.clear()
  }
}
