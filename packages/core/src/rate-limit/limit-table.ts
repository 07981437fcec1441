import { countingOf } from './counting/counting-of.ts'
import type { Counting, State } from './counting/counting.ts'
import { type Counted, evaluate } from './counting/evaluate.ts'
import { type Decided, EVERYTHING, type Gift, type LimitItem, type LimitRequest } from './limit-store.ts'
import type { CountingRule } from './rule.ts'

interface Kept {
  readonly state: State
  /** Microseconds. */
  readonly expires: number
}

/** How many of those that are kept are looked at when there is no room for another one; the next time the next ones. */
const LOOKED_AT = 20

/**
 * What is missing of limits, in this process. It is bounded: where nothing has run out and no room is left, keys that were
 * not known share what is kept for all of them, since one that is let pass unseen would have no limit at all.
 */
export class LimitTable {
  readonly #kept = new Map<string, Kept>()
  #walk = this.#kept.entries()
  readonly #most: number
  readonly #longer: number

  /**
   * @param most keys that are kept apart.
   * @param longer microseconds that everything is kept longer than it is of use, as Redis does it in tests.
   */
  constructor(most: number, longer = 0) {
    this.#most = most
    this.#longer = longer
  }

  get size(): number {
    return this.#kept.size
  }

  /** @param now microseconds since 1970. */
  check({ items, taking }: LimitRequest, now: number): Decided {
    const counted = items.map((item): Counted => ({ item, counting: this.#countingOf(item, now) }))
    const { decided, changed } = evaluate(counted, taking, now)
    for (const { item, counting } of changed) this.#keep(item, counting, now)
    return decided
  }

  giveBack(gifts: readonly Gift[], now: number): void {
    for (const gift of gifts) {
      const counting = this.#countingOf(gift, now)
      const { taken, amount } = gift
      if (taken === undefined ? counting.reward(amount) : counting.giveBack({ ...taken, amount }))
        this.#keep(gift, counting, now)
    }
  }

  reset(items: readonly Pick<LimitItem, 'name' | 'policy' | 'key'>[], now: number): void {
    // Those that share what is kept go on doing so.
    const own = items.filter((item) => this.#kept.has(nameOf(item)))
    this.giveBack(
      own.map((item) => ({ ...item, taken: undefined, amount: EVERYTHING })),
      now,
    )
  }

  #countingOf(item: Pick<LimitItem, 'name' | 'policy' | 'key'>, now: number): Counting {
    const kept = this.#kept.get(nameOf(item)) ?? (this.#isFull(now) ? this.#kept.get(sharedOf(item)) : undefined)
    // Permits are refused before.
    return countingOf(
      item.policy.rule as CountingRule,
      kept !== undefined && kept.expires > now ? kept.state : undefined,
      now,
    )
  }

  #keep(item: Pick<LimitItem, 'name' | 'policy' | 'key'>, counting: Counting, now: number): void {
    const own = nameOf(item)
    const name = this.#kept.has(own) || !this.#isFull(now) ? own : sharedOf(item)
    const { lifetime } = counting
    if (lifetime > 0) this.#kept.set(name, { state: counting.state, expires: now + lifetime + this.#longer })
    else this.#kept.delete(name)
  }

  #isFull(now: number): boolean {
    if (this.#kept.size < this.#most) return false
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      const next = this.#walk.next()
      if (next.done === true) {
        this.#walk = this.#kept.entries()
        break
      }
      const [name, { expires }] = next.value
      if (expires <= now) this.#kept.delete(name)
    }
    return this.#kept.size >= this.#most
  }
}

function nameOf({ name, policy, key }: Pick<LimitItem, 'name' | 'policy' | 'key'>): string {
  return `${name}:${policy.rule.kind}:${key}`
}

/** No policy has such a name. */
function sharedOf({ name, policy }: Pick<LimitItem, 'name' | 'policy'>): string {
  return `\u0000${name}:${policy.rule.kind}`
}
