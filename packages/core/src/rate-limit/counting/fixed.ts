import { CLOCK_SLACK, type FixedRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/** Kept: how many were taken in the window, and when it ends. */
export class FixedCounting implements Counting {
  readonly healed: boolean
  readonly #rule: FixedRule
  readonly #now: number
  #taken: number
  readonly #end: number

  constructor(rule: FixedRule, state: State | undefined, now: number) {
    const { window, aligned } = rule
    const [taken = 0, end = 0] = state ?? []
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
    return this.#end
  }

  get state(): State {
    return [this.#taken, this.#end]
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

  giveBack({ amount, receipt }: Taken): boolean {
    return receipt === this.#end && this.reward(amount)
  }

  reward(amount: number): boolean {
    if (this.#taken === 0) return false
    this.#taken = Math.max(0, this.#taken - amount)
    return true
  }
}
