import type { CounterRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/**
 * Kept: the length of the window in ms, its number since 1970, how many were taken in it, and in the one before; and how often
 * some of these were given to whoever.
 */
export class CounterCounting implements Counting {
  readonly healed: boolean
  readonly #rule: CounterRule
  readonly #now: number
  /** Milliseconds of the window that have passed. */
  readonly #passed: number
  #number: number
  #taken: number
  #before: number
  #gifts: number

  constructor(rule: CounterRule, state: State | undefined, now: number) {
    const ms = Math.floor(now / 1000)
    const number = Math.floor(ms / rule.window)
    const [window = rule.window, stored = number, taken = 0, before = 0, gifts = 0] = state ?? []
    this.#rule = rule
    this.#now = now
    this.healed = window !== rule.window || stored > number + 1
    // A clock that was set back a little stands at the beginning of the window that was reached.
    this.#number = this.healed ? number : Math.max(number, stored)
    this.#passed = Math.max(0, ms - this.#number * rule.window)
    const ago = this.healed ? 0 : this.#number - stored
    this.#taken = ago > 0 ? 0 : this.healed ? Math.min(rule.limit, taken + before) : taken
    this.#before = this.healed || ago > 1 ? 0 : ago === 1 ? taken : before
    this.#gifts = this.healed ? gifts + 1 : ago > 1 ? 0 : gifts
  }

  get available(): number {
    return Math.max(0, this.#rule.limit - this.#estimate)
  }

  get takeable(): number {
    return this.available
  }

  get reset(): number {
    const windows = this.#taken > 0 ? 2 : this.#before > 0 ? 1 : 0
    return windows === 0 ? 0 : this.#at(this.#number + windows, 0)
  }

  get receipt(): number {
    return this.#gifts
  }

  get state(): State {
    return [this.#rule.window, this.#number, this.#taken, this.#before, this.#gifts]
  }

  get lifetime(): number {
    return this.#at(this.#number + 2, 0)
  }

  waitFor(cost: number): number {
    const { window, limit } = this.#rule
    const left = limit - this.#taken - cost
    if (left >= 0) return Math.max(1, this.#at(this.#number, window - Math.floor((window * left) / this.#before)))
    const passed = Math.max(0, window - Math.floor((window * (limit - cost)) / this.#taken))
    return Math.max(1, this.#at(this.#number + 1, passed))
  }

  take(amount: number): void {
    this.#taken += amount
  }

  giveBack({ amount, at, reset, receipt }: Taken): boolean {
    if (this.healed || receipt !== this.#gifts) return false
    // Nothing of a window is missing two windows after it began.
    const number = (at + reset) / (this.#rule.window * 1000) - 2
    if (number === this.#number && this.#taken > 0) this.#taken = Math.max(0, this.#taken - amount)
    else if (number === this.#number - 1 && this.#before > 0) this.#before = Math.max(0, this.#before - amount)
    else return false
    return true
  }

  reward(amount: number): boolean {
    if (this.#taken + this.#before === 0) return false
    const rest = Math.max(0, amount - this.#taken)
    this.#taken = Math.max(0, this.#taken - amount)
    this.#before = Math.max(0, this.#before - rest)
    this.#gifts += 1
    return true
  }

  /** What of the window before is still within reach, rounded up, and what was taken in this one. */
  get #estimate(): number {
    const { window } = this.#rule
    return Math.ceil((this.#before * (window - this.#passed)) / window) + this.#taken
  }

  /** Until so many ms of a window have passed. */
  #at(number: number, passed: number): number {
    return (number * this.#rule.window + passed) * 1000 - this.#now
  }
}
