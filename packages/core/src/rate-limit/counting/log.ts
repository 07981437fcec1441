import { CLOCK_SLACK, type LogRule } from '../rule.ts'
import type { Counting, State, Taken } from './counting.ts'

interface Entry {
  readonly at: number
  /** Of all that were taken together. */
  readonly id: number
}

/** Names what is taken, in this process. */
let taken = 0

/** Kept: the instant of each one that was taken, and what names it, the oldest first. */
export class LogCounting implements Counting {
  readonly healed: boolean
  receipt = 0
  readonly #rule: LogRule
  readonly #now: number
  #entries: readonly Entry[]

  constructor(rule: LogRule, state: State | undefined, now: number) {
    this.#rule = rule
    this.#now = now
    const entries = entriesOf(state ?? []).filter(({ at }) => at > now - rule.window)
    this.healed = (entries.at(-1)?.at ?? 0) > now + CLOCK_SLACK
    // What was taken by a clock that was ahead was taken now at the latest.
    this.#entries = this.healed ? entries.map(({ at, id }) => ({ at: Math.min(at, now), id })) : entries
  }

  get available(): number {
    return Math.max(0, this.#rule.limit - this.#entries.length)
  }

  get takeable(): number {
    return this.available
  }

  get reset(): number {
    const newest = this.#entries.at(-1)
    return newest === undefined ? 0 : newest.at + this.#rule.window - this.#now
  }

  get state(): State {
    return this.#entries.flatMap(({ at, id }) => [at, id])
  }

  get lifetime(): number {
    return this.reset
  }

  waitFor(cost: number): number {
    const freeing = this.#entries[cost + this.#entries.length - this.#rule.limit - 1]?.at ?? this.#now
    return freeing + this.#rule.window - this.#now
  }

  take(amount: number): void {
    taken += 1
    this.receipt = taken
    const own = Array.from({ length: amount }, (): Entry => ({ at: this.#now, id: taken }))
    // A clock that was set back leaves later ones behind it.
    this.#entries = [...this.#entries, ...own].sort((a, b) => a.at - b.at)
  }

  giveBack({ amount, receipt }: Taken): boolean {
    const before = this.#entries.length
    let left = amount
    this.#entries = this.#entries.filter(({ id }) => id !== receipt || (left -= 1) < 0)
    return this.#entries.length < before
  }

  reward(amount: number): boolean {
    const before = this.#entries.length
    this.#entries = this.#entries.slice(0, Math.max(0, before - amount))
    return this.#entries.length < before
  }
}

function entriesOf(state: State): readonly Entry[] {
  const entries: Entry[] = []
  for (let n = 0; n < state.length; n += 2) entries.push({ at: state[n] ?? 0, id: state[n + 1] ?? 0 })
  return entries
}
