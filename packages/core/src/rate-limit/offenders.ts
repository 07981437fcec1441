/** A key that was refused, and how often: up to `overcount` less. */
export interface Offender {
  readonly key: string
  readonly count: number
  readonly overcount: number
}

/** Keys that are counted at a time. */
const COUNTED = 100
/** Longer ones are cut: they are for people to read. */
const MOST_CHARACTERS = 256

interface Counter {
  count: number
  overcount: number
}

/**
 * The keys that were refused most often, in bounded space: whoever comes new takes the place of the one that was counted
 * least, and its count. A key with more than one of every hundred refusals is always among them (Metwally, Agrawal and El
 * Abbadi, 2005: space-saving).
 */
export class Offenders {
  readonly #counters = new Map<string, Counter>()

  add(key: string): void {
    const short = key.length > MOST_CHARACTERS ? key.slice(0, MOST_CHARACTERS) : key
    const counter = this.#counters.get(short)
    if (counter !== undefined) counter.count += 1
    else if (this.#counters.size < COUNTED) this.#counters.set(short, { count: 1, overcount: 0 })
    else this.#replace(short)
  }

  /** Those that were refused most often first. */
  read(): readonly Offender[] {
    return [...this.#counters]
      .map(([key, { count, overcount }]) => ({ key, count, overcount }))
      .sort((a, b) => b.count - a.count)
  }

  #replace(key: string): void {
    let [least, fewest] = ['', Infinity]
    for (const [each, { count }] of this.#counters) if (count < fewest) [least, fewest] = [each, count]
    this.#counters.delete(least)
    this.#counters.set(key, { count: fewest + 1, overcount: fewest })
  }
}
