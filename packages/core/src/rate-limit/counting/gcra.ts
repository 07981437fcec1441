import { CLOCK_SLACK, type GcraRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/** Kept: the instant at which nothing will be missing; once something was given back, how much, and until when that matters. */
export class GcraCounting implements Counting {
  readonly healed: boolean
  readonly #rule: GcraRule
  readonly #now: number
  #full: number
  #refunded: number
  #until: number

  constructor(rule: GcraRule, state: State | undefined, now: number) {
    const [full = now, refunded = 0, until = 0] = state ?? []
    const { burst, debt } = rule
    this.#rule = rule
    this.#now = now
    const most = now + burst + debt
    this.healed = full > most + CLOCK_SLACK
    this.#full = this.healed ? most : Math.max(full, now)
    // Nobody can say of whom it is that is forgiven: nothing of before is given back any more.
    this.#refunded = (until > now ? refunded : 0) + (this.healed ? full - now : 0)
    this.#until = this.healed ? Math.max(until, full) : until
  }

  get available(): number {
    return this.#within(this.#rule.burst)
  }

  get takeable(): number {
    return this.#within(this.#rule.burst + this.#rule.debt)
  }

  get reset(): number {
    return this.#full - this.#now
  }

  get receipt(): number {
    return this.#refunded
  }

  get state(): State {
    return this.#refunded > 0 ? [this.#full, this.#refunded, this.#until] : [this.#full]
  }

  get lifetime(): number {
    return (this.#refunded > 0 ? Math.max(this.#full, this.#until) : this.#full) - this.#now
  }

  waitFor(cost: number): number {
    return this.#full - this.#now + cost * this.#rule.interval - this.#rule.burst
  }

  take(amount: number): void {
    this.#full += amount * this.#rule.interval
    if (this.#refunded > 0) this.#until = Math.max(this.#until, this.#full)
  }

  /** What came back by itself since, or was moved by what others gave back, is not given back again. */
  giveBack({ amount, at, reset, receipt }: Taken): boolean {
    const left = at + reset - Math.max(0, this.#refunded - receipt) - this.#now
    return this.#give(Math.min(amount * this.#rule.interval, left))
  }

  reward(amount: number): boolean {
    return this.#give(amount * this.#rule.interval)
  }

  #give(wanted: number): boolean {
    const given = Math.min(wanted, this.#full - this.#now)
    if (given <= 0) return false
    this.#until = this.#refunded > 0 ? Math.max(this.#until, this.#full) : this.#full
    this.#full -= given
    this.#refunded += given
    return true
  }

  #within(most: number): number {
    return Math.max(0, Math.floor((most - (this.#full - this.#now)) / this.#rule.interval))
  }
}
