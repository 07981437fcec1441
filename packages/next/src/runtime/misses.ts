import type { Moment } from '@redstart/core/byte-cache'

/** Something that may still be on its way; of no moment where none from before its beginning is known. */
interface Begun {
  readonly moment: Moment | undefined
  readonly at: number
}

/** Nothing takes so long to be made: what is still out was given up, and nobody said so. */
const LONGEST_MAKING_MS = 3_600_000
/** One request has few; a handler that serves the whole process may have many that were given up. */
const MOST_PATHS = 10_000

/**
 * What one handler was asked for and has not, and what is therefore being made. Next.js keeps something through the handler
 * that it asked for it, and makes one for each request, so that what others begin is not taken for it.
 *
 * Where the same is being made several times through one handler, it cannot be told which of them is kept. The earliest
 * moment serves whichever that is, and the latest is crossed out: of those that are left, for any time, no fewer began by then
 * than are still being made. So nothing is ever bound to a moment after its own beginning.
 */
export class Misses {
  readonly #of = new Map<string, Begun[]>()

  /** Something is about to be made. */
  note(path: string, moment: Moment | undefined, at: number): void {
    const begun = (this.#of.get(path) ?? []).filter((each) => at - each.at <= LONGEST_MAKING_MS)
    begun.push({ moment, at })
    // The last one is that which anything happened to last.
    this.#of.delete(path)
    this.#of.set(path, begun)
    for (const oldest of this.#of.keys()) {
      if (this.#of.size <= MOST_PATHS) return
      this.#of.delete(oldest)
    }
  }

  /** A moment from before what is kept now was begun; undefined where none is known. */
  take(path: string): Moment | undefined {
    const begun = this.#of.get(path)
    const earliest = begun?.[0]
    begun?.pop()
    if (begun?.length === 0) this.#of.delete(path)
    return earliest?.moment
  }
}
