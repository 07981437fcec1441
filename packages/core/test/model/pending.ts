import { EVERYTHING } from '../../src/invalidation/names.ts'
import type { Context } from './context.ts'
import type { Entry } from './entry.ts'
import type { Invalidation } from './history.ts'
import type { Raise } from './marker.ts'

/** Invalidations that wait; a real list is longer. */
const LONGEST = 4

/** An invalidation that is not known to have reached Redis. */
export interface Waiting {
  readonly names: readonly string[]
  readonly how: Omit<Raise, 'clock'>
  /** Its place among the loads of this process. */
  readonly order: number
  readonly records: readonly Invalidation[]
}

/** What this process must send again before its reads resume, and meanwhile obeys alone. */
export class Pending {
  readonly #context: Context
  #list: readonly Waiting[] = []

  constructor(context: Context) {
    this.#context = context
  }

  get first(): Waiting | undefined {
    return this.#list[0]
  }

  add(waiting: Waiting): void {
    this.#list = [...this.#list, waiting]
    if (this.#list.length <= LONGEST) return
    this.#context.counts.overflows++
    if (!this.#context.rules.overflow) {
      this.#list = this.#list.slice(1)
      return
    }
    const records = this.#list.flatMap((each) => each.records)
    this.#list = [{ names: [EVERYTHING], how: { kind: 'hard', deadline: Infinity }, order: waiting.order, records }]
  }

  /** Forgets one that reached Redis; it may have been merged away meanwhile. */
  remove(waiting: Waiting): void {
    this.#list = this.#list.filter((each) => each !== waiting)
  }

  /** Whether an entry was loaded before an invalidation that only this process knows. */
  overrules(entry: Entry): boolean {
    return this.#list.some(
      ({ names, how, order }) =>
        order > entry.order &&
        (how.kind === 'hard' || how.deadline !== Infinity) &&
        names.some((name) => entry.names.includes(name)),
    )
  }
}
