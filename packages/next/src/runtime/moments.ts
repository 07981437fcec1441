import type { Moment } from '@redstart/core/byte-cache'

/** A moment with the wall's time when it was taken. */
interface Taken {
  readonly moment: Moment
  readonly at: number
}

/** Keys whose misses are remembered. */
const MOST_KEYS = 10_000
/** Misses of one key: more of it are not made at a time. */
const MOST_OF_KEY = 8
/** Moments of the process as a whole, one a second. */
const MOST_SAMPLES = 60
const SAMPLE_MS = 1000

/**
 * The moments of misses. What is made because of a miss is bound to the moment of the miss: something that is invalidated
 * while it is being made must hit it, and Next.js says only afterwards that it was made.
 */
export class Moments {
  readonly #of = new Map<string, Taken[]>()
  readonly #samples: Taken[] = []
  readonly #longest: number

  /** @param longest how long anything may take to be made, in ms. */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** Something at a path is about to be made. */
  missed(path: string, moment: Moment, at: number): void {
    this.sample(moment, at)
    const earlier = (this.#of.get(path) ?? []).filter((taken) => at - taken.at <= this.#longest)
    this.#of.delete(path)
    // The first one stays: something that began then may still be made.
    this.#of.set(path, [...earlier.slice(0, 1), ...earlier.slice(1).slice(2 - MOST_OF_KEY), { moment, at }])
    for (const oldest of this.#of.keys()) {
      if (this.#of.size <= MOST_KEYS) return
      this.#of.delete(oldest)
    }
  }

  /** Something may be made for which nothing is looked up. */
  sample(moment: Moment, at: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && at - last.at < SAMPLE_MS) return
    this.#samples.push({ moment, at })
    if (this.#samples.length > MOST_SAMPLES) this.#samples.shift()
  }

  /**
   * A moment at which what is kept now had not been begun; undefined where none is known.
   *
   * @param begun the wall's time when it was begun.
   */
  take(path: string, begun: number, now: number): Moment | undefined {
    const taken = (this.#of.get(path) ?? []).filter(({ at }) => now - at <= this.#longest)
    const chosen = taken.findLast(({ at }) => at <= begun)
    if (chosen === undefined) return this.before(begun)
    // What was begun before and is kept later is bound to an earlier moment of the process, which is safe.
    const left = taken.filter(({ at }) => at > chosen.at)
    if (left.length === 0) this.#of.delete(path)
    else this.#of.set(path, left)
    return chosen.moment
  }

  /** The last moment of the process that is known to have been over at a time; undefined where none is. */
  before(at: number): Moment | undefined {
    return this.#samples.findLast((taken) => taken.at <= at)?.moment
  }
}
