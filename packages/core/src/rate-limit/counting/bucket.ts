import { type BucketRule, CLOCK_SLACK } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/**
 * Kept: how many there are, and since when: the beginning of an interval, which moves by whole intervals only. And how often
 * some were given to whoever since then.
 */
export class BucketCounting implements Counting {
  readonly healed: boolean
  readonly #rule: BucketRule
  readonly #now: number
  #there: number
  #since: number
  #gifts: number

  constructor(rule: BucketRule, state: State | undefined, now: number) {
    const { every, capacity, refill } = rule
    const [there = capacity, since = now, gifts = 0] = state ?? []
    this.#rule = rule
    this.#now = now
    this.healed = since > now + every + CLOCK_SLACK
    const begun = this.healed ? now : since
    const intervals = Math.max(0, Math.floor((now - begun) / every))
    this.#there = Math.min(capacity, there + intervals * refill)
    this.#gifts = this.healed || intervals > 0 ? 0 : gifts
    const goesOn = this.#there < capacity || this.#gifts > 0
    this.#since = goesOn ? begun + intervals * every : rule.aligned ? now - (now % every) : now
  }

  get available(): number {
    return this.#there
  }

  get takeable(): number {
    return this.#there
  }

  get reset(): number {
    return this.#until(this.#rule.capacity)
  }

  /** Intervals are longer than the microseconds that gifts would take to fill one. */
  get receipt(): number {
    return this.#since + this.#gifts
  }

  get state(): State {
    return [this.#there, this.#since, this.#gifts]
  }

  get lifetime(): number {
    return this.#gifts > 0 ? Math.max(this.reset, this.#since + this.#rule.every - this.#now) : this.reset
  }

  waitFor(cost: number): number {
    return this.#until(cost)
  }

  take(amount: number): void {
    this.#there -= amount
  }

  /** After the next refill nobody can say whether it would have been full without. */
  giveBack({ amount, receipt }: Taken): boolean {
    return !this.healed && receipt === this.receipt && this.#give(amount)
  }

  reward(amount: number): boolean {
    if (!this.#give(amount)) return false
    this.#gifts += 1
    return true
  }

  #give(amount: number): boolean {
    if (this.#there >= this.#rule.capacity) return false
    this.#there = Math.min(this.#rule.capacity, this.#there + amount)
    return true
  }

  #until(there: number): number {
    const { every, refill } = this.#rule
    return there <= this.#there ? 0 : this.#since + Math.ceil((there - this.#there) / refill) * every - this.#now
  }
}
