import type { Database, Queries } from '../../src/database/database.ts'

/** How often the event loop is looked at, in ms. */
const EVERY = 5
/** The ordinary resolution of timers, in ms. */
const RESOLUTION = 5

/** A spell of time, in instants of `performance.now()`. */
interface Spell {
  readonly from: number
  readonly to: number
}

/** Time that an answer takes for other reasons than the cache: the database was at work, or the machine had no time. */
export class Excuses {
  /** Each in the order of their ends. */
  readonly #late: Spell[] = []
  readonly #busy: Spell[] = []
  readonly #timer: NodeJS.Timeout
  #looked = performance.now()
  #statements = 0
  #busySince = 0

  constructor() {
    this.#timer = setInterval(() => this.#look(), EVERY)
  }

  /** The same database, with its work noted. */
  watched(database: Database): Database {
    return {
      description: database.description,
      query: this.#noted(database.query.bind(database)),
      transaction: (work) => this.#during(() => database.transaction(work)),
      close: () => database.close(),
    }
  }

  /** Milliseconds between two instants, the later one just now, that the cache has nothing to do with. */
  between(from: number, to: number): number {
    this.#look()
    const running = this.#statements > 0 ? [{ from: this.#busySince, to }] : []
    const spells = [...since(this.#late, from), ...since(this.#busy, from), ...running]
    let [sum, counted] = [0, from]
    for (const spell of spells.sort((left, right) => left.from - right.from)) {
      sum += Math.max(0, Math.min(to, spell.to) - Math.max(counted, spell.from))
      counted = Math.max(counted, spell.to)
    }
    return sum
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const now = performance.now()
    if (now - this.#looked > EVERY + RESOLUTION) this.#late.push({ from: this.#looked + EVERY, to: now })
    this.#looked = now
  }

  #noted(query: Queries['query']): Queries['query'] {
    return (sql, parameters) => this.#during(() => query(sql, parameters))
  }

  async #during<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#statements === 0) this.#busySince = performance.now()
    this.#statements += 1
    try {
      return await work()
    } finally {
      this.#statements -= 1
      if (this.#statements === 0) this.#busy.push({ from: this.#busySince, to: performance.now() })
    }
  }
}

/** Those that end after an instant. */
function since(spells: readonly Spell[], instant: number): readonly Spell[] {
  let first = spells.length
  while (first > 0 && (spells[first - 1]?.to ?? 0) > instant) first -= 1
  return spells.slice(first)
}
