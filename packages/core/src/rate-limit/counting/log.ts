import type { LogRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/** Kept: the instant of each one that was taken, the oldest first. */
export class LogCounting implements Counting {
  readonly healed = false
  readonly receipt = 0
  readonly #rule: LogRule
  readonly #now: number
  readonly #instants: number[]

  constructor(rule: LogRule, state: State | undefined, now: number) {
    this.#rule = rule
    this.#now = now
    this.#instants = (state ?? []).filter((instant) => instant > now - rule.window)
  }

  get available(): number {
    return Math.max(0, this.#rule.limit - this.#instants.length)
  }

  get takeable(): number {
    return this.available
  }

  get reset(): number {
    const newest = this.#instants.at(-1)
    return newest === undefined ? 0 : newest + this.#rule.window - this.#now
  }

  get state(): State {
    return this.#instants
  }

  get lifetime(): number {
    return this.reset
  }

  waitFor(cost: number): number {
    const freeing = this.#instants[cost + this.#instants.length - this.#rule.limit - 1] ?? this.#now
    return freeing + this.#rule.window - this.#now
  }

  take(amount: number): void {
    for (let n = 0; n < amount; n += 1) this.#instants.push(this.#now)
    // A clock that was set back leaves later ones behind it.
    this.#instants.sort((a, b) => a - b)
  }

  giveBack({ amount, at }: Taken): boolean {
    const first = this.#instants.indexOf(at)
    if (first === -1) return false
    const same = this.#instants.lastIndexOf(at) - first + 1
    this.#instants.splice(first, Math.min(same, amount))
    return true
  }

  reward(amount: number): boolean {
    return this.#instants.splice(Math.max(0, this.#instants.length - amount)).length > 0
  }
}
