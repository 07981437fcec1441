import type { Hint } from './invalidation-store.ts'
import { EVERYTHING } from './names.ts'

/** Names that wait; above it everything is invalidated instead. */
const MOST_NAMES = 10_000

/** Names that are sent again in one call: no more than a slow backend can take in within one deadline. */
const MOST_TOGETHER = 1000

export type Unreached = Pick<Hint, 'names' | 'kind' | 'deadline'>

/** Invalidations of one kind from the head of the list, joined. */
export interface Batch {
  readonly invalidation: Unreached
  readonly first: Unreached
  readonly count: number
}

/**
 * Invalidations that have not reached the backend. They hold here at once, in the order of a local counter (values of
 * the backend's clock are never invented), and are sent again before anything is read from the backend.
 */
export class Pending {
  /** Rises with every invalidation that did not reach the backend. */
  sequence = 0
  /** Hard names that wait, with the sequence of their last invalidation. */
  readonly #names = new Map<string, number>()
  /** The same of lazy ones. */
  readonly #lazy = new Map<string, number>()
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
    if (fits) this.#waiting.push(...inPieces(unreached))
    else this.#waiting = [{ names: [EVERYTHING], kind: 'hard', deadline: Infinity }]
    this.#size = fits ? this.#size + unreached.names.length : 1
    if (!fits) this.#names.clear()
    if (!fits) this.#lazy.clear()
    if (!fits) this.#names.set(EVERYTHING, this.sequence)
    // One with a deadline counts as hard at once here: nobody can say what time it is at the backend.
    else if (unreached.kind === 'hard' || unreached.deadline !== Infinity)
      for (const name of unreached.names) this.#names.set(name, this.sequence)
    else for (const name of unreached.names) this.#lazy.set(name, this.sequence)
    return fits
  }

  /** False when something that these names depend on was invalidated here after `sequence`. */
  allows(names: readonly string[], sequence: number): boolean {
    if (this.#names.size === 0) return true
    return names.every((name) => (this.#names.get(name) ?? -1) <= sequence)
  }

  /** True when something that these names depend on was marked stale here after `sequence`. */
  marks(names: readonly string[], sequence: number): boolean {
    return this.#lazy.size > 0 && names.some((name) => (this.#lazy.get(name) ?? -1) > sequence)
  }

  /** Those that have waited longest and can go together, as one. */
  next(): Batch | undefined {
    const [first] = this.#waiting
    if (first === undefined) return undefined
    const names = new Set(first.names)
    let count = 1
    for (let other = this.#waiting[count]; other !== undefined; other = this.#waiting[++count]) {
      if (
        other.kind !== first.kind ||
        other.deadline !== first.deadline ||
        names.size + other.names.length > MOST_TOGETHER
      )
        break
      for (const name of other.names) names.add(name)
    }
    return { invalidation: { ...first, names: [...names] }, first, count }
  }

  /** A batch has reached the backend, and the view knows its markers. */
  settled({ first, count }: Batch): void {
    if (this.#waiting[0] !== first) return // an overflow has taken the place of all, and covers it
    for (const { names } of this.#waiting.splice(0, count)) this.#size -= names.length
    if (this.#waiting.length > 0) return
    this.#names.clear()
    this.#lazy.clear()
  }
}

/** The same invalidation, its names divided among as many as can be sent one after the other. */
function inPieces(unreached: Unreached): Unreached[] {
  const { names } = unreached
  if (names.length <= MOST_TOGETHER) return [unreached]
  return Array.from({ length: Math.ceil(names.length / MOST_TOGETHER) }, (_, piece) => ({
    ...unreached,
    names: names.slice(piece * MOST_TOGETHER, (piece + 1) * MOST_TOGETHER),
  }))
}
