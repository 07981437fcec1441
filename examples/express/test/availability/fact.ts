/** A change of a fact, as its maker saw it. Instants are of `performance.now()`. */
interface Change {
  readonly value: number
  /** Which office made it. */
  readonly office: number
  readonly answered: number
  /** When it had reached Redis; undefined while it waits for Redis to answer. */
  reached: number | undefined
}

/** How an office answered a change, and when. */
export interface Answered {
  readonly office: number
  readonly at: number
  readonly reached: 'all' | 'here'
}

/** A number of which every change makes it larger, so that each answer tells which change it has seen. */
export class Fact {
  readonly #first: number
  readonly #maxStaleness: number
  readonly #changes: Change[] = []
  #latest: number

  /** @param maxStaleness how long after a change has reached Redis other offices may still not know, in ms. */
  constructor(first: number, maxStaleness: number) {
    this.#first = first
    this.#latest = first
    this.#maxStaleness = maxStaleness
  }

  /** The value of the next change. */
  next(): number {
    return (this.#latest += 1)
  }

  /** One change must have been answered before the next one is asked for. */
  changed(value: number, { office, at, reached }: Answered): void {
    this.#changes.push({ value, office, answered: at, reached: reached === 'all' ? at : undefined })
  }

  /** Nothing of what was changed at an office waits for Redis any more. */
  settled(office: number, at: number): void {
    for (const change of this.#changes) if (change.office === office) change.reached ??= at
  }

  /**
   * The oldest value with which an office may answer just now what it was asked at an instant. Of what waits for Redis
   * another office may not know before it has got there, except while Redis is away: then it has to ask the database.
   */
  oldest(office: number, asked: number, away: boolean): number {
    const binding = this.#changes.filter((change) => {
      if (change.office === office) return change.answered < asked
      const told = away ? change.answered : (change.reached ?? Infinity)
      return told + this.#maxStaleness < asked
    })
    return Math.max(this.#first, ...binding.map(({ value }) => value))
  }

  /** How many of its changes did not reach Redis at first. */
  get waited(): number {
    return this.#changes.filter((change) => change.reached !== change.answered).length
  }
}
