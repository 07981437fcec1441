import { CLOCK_SLACK, type FixedRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/** Kept: how many were taken in the window, when it ends, and how often some of it was given to whoever. */
export class FixedCounting implements Counting {
  readonly healed: boolean
  readonly #rule: FixedRule
  readonly #now: number
  #taken: number
  readonly #end: number
  #gifts: number

  constructor(rule: FixedRule, state: State | undefined, now: number) {
    const { window, aligned } = rule
    const [taken = 0, end = 0, gifts = 0] = state ?? []
    const over = end <= now
    this.#rule = rule
    this.#now = now
    this.healed = end > now + window + CLOCK_SLACK
    this.#taken = over ? 0 : taken
    this.#end = over
      ? aligned
        ? (Math.floor(now / window) + 1) * window
        : now + window
      : this.healed
        ? now + window
        : end
    this.#gifts = over ? 0 : gifts
  }

  get available(): number {
    return Math.max(0, this.#rule.limit - this.#taken)
  }

  get takeable(): number {
    return this.available
  }

  get reset(): number {
    return this.#taken === 0 ? 0 : this.#end - this.#now
  }

  get receipt(): number {
    return this.#gifts
  }

  get state(): State {
    return [this.#taken, this.#end, this.#gifts]
  }

  get lifetime(): number {
    return this.#end - this.#now
  }

  waitFor(): number {
    return this.#end - this.#now
  }

  take(amount: number): void {
    this.#taken += amount
  }

  giveBack({ amount, at, reset, receipt }: Taken): boolean {
    return !this.healed && at + reset === this.#end && receipt === this.#gifts && this.#give(amount)
  }

  reward(amount: number): boolean {
    if (!this.#give(amount)) return false
    this.#gifts += 1
    return true
  }

  #give(amount: number): boolean {
    if (this.#taken === 0) return false
    this.#taken = Math.max(0, this.#taken - amount)
    return true
  }
}
