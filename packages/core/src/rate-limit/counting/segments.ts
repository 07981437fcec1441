import { CLOCK_SLACK, type SegmentsRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

/**
 * Kept: the length of a segment, and how often some were given to whoever; then of each that counts its number since 1970 and
 * how many were taken in it, the oldest first.
 */
export class SegmentsCounting implements Counting {
  readonly healed: boolean
  readonly #rule: SegmentsRule
  readonly #now: number
  readonly #current: number
  readonly #numbers: number[] = []
  readonly #counts: number[] = []
  #sum = 0
  #gifts: number

  constructor(rule: SegmentsRule, state: State | undefined, now: number) {
    const { segment, window, limit } = rule
    this.#rule = rule
    this.#now = now
    const current = Math.floor(now / segment)
    const oldest = Math.floor((now - window) / segment)
    const [stored = segment, gifts = 0, ...pairs] = state ?? []
    const newest = pairs.at(-2) ?? current
    this.healed = stored !== segment || newest * segment > now + CLOCK_SLACK
    this.#current = this.healed ? current : Math.max(current, newest)
    this.#gifts = this.healed ? gifts + 1 : gifts
    let all = 0
    for (let n = 0; n < pairs.length; n += 2) {
      const [number = 0, count = 0] = [pairs[n], pairs[n + 1]]
      all += count
      if (!this.healed && number >= oldest) this.#add(number, count)
    }
    if (this.healed && all > 0) this.#add(current, Math.min(limit, all))
  }

  get available(): number {
    return Math.max(0, this.#rule.limit - this.#sum)
  }

  get takeable(): number {
    return this.available
  }

  get reset(): number {
    const newest = this.#numbers.at(-1)
    return newest === undefined ? 0 : this.#outOfReach(newest)
  }

  get receipt(): number {
    return this.#gifts
  }

  get state(): State {
    return [this.#rule.segment, this.#gifts, ...this.#numbers.flatMap((number, n) => [number, this.#counts[n] ?? 0])]
  }

  get lifetime(): number {
    return this.#gifts > 0 ? this.#outOfReach(this.#current) : this.reset
  }

  waitFor(cost: number): number {
    let need = cost + this.#sum - this.#rule.limit
    let n = 0
    while (n < this.#numbers.length - 1 && (need -= this.#counts[n] ?? 0) > 0) n += 1
    return this.#outOfReach(this.#numbers[n] ?? this.#current)
  }

  take(amount: number): void {
    if (amount > 0) this.#add(this.#current, amount)
  }

  giveBack({ amount, at, reset, receipt }: Taken): boolean {
    if (this.healed || receipt !== this.#gifts) return false
    const { segment, window } = this.#rule
    const n = this.#numbers.indexOf((at + reset - window) / segment - 1)
    return n !== -1 && this.#remove(n, amount) > 0
  }

  reward(amount: number): boolean {
    let left = amount
    for (let n = this.#numbers.length - 1; n >= 0 && left > 0; n -= 1) left -= this.#remove(n, left)
    if (left === amount) return false
    this.#gifts += 1
    return true
  }

  #add(number: number, count: number): void {
    const last = this.#numbers.length - 1
    if (this.#numbers[last] === number) this.#counts[last] = (this.#counts[last] ?? 0) + count
    else {
      this.#numbers.push(number)
      this.#counts.push(count)
    }
    this.#sum += count
  }

  /** One of which nothing is left goes. */
  #remove(n: number, amount: number): number {
    const count = this.#counts[n] ?? 0
    const removed = Math.min(count, amount)
    this.#sum -= removed
    if (removed < count) this.#counts[n] = count - removed
    else {
      this.#numbers.splice(n, 1)
      this.#counts.splice(n, 1)
    }
    return removed
  }

  /** Until nothing of a segment is within the window. */
  #outOfReach(number: number): number {
    return (number + 1) * this.#rule.segment + this.#rule.window - this.#now
  }
}
