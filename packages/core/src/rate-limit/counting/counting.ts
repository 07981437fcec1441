/** What is kept of a key: whole numbers, whose meaning is the rule's own. Nothing is kept of one of which nothing is missing. */
export type State = readonly number[]

/** What was taken, in the words of what was answered then. */
export interface Taken {
  readonly amount: number
  /** The instant at which it was. */
  readonly at: number
  /** How long all of it would have taken to come back. */
  readonly reset: number
  readonly receipt: number
}

/** One key under one rule at one instant, in microseconds: the arithmetic of `limit_rules.lua`, line by line. */
export interface Counting {
  /** The most that can be had now. */
  readonly available: number
  /** The most that can be taken from whom is not asked. */
  readonly takeable: number
  /** Until nothing is missing any more. */
  readonly reset: number
  /** What {@link giveBack} has to know of what is taken now. */
  readonly receipt: number
  /** What was kept was of another clock or of another rule, and has to be kept anew in any case. */
  readonly healed: boolean
  /** What is to be kept. */
  readonly state: State
  /** How long. */
  readonly lifetime: number
  /** Until `cost` can be had, which cannot now. */
  waitFor(cost: number): number
  /** Takes so many: at most {@link takeable}. */
  take(amount: number): void
  /** Gives back what was taken and is still missing; false where nothing of it is. */
  giveBack(taken: Taken): boolean
  /** Gives so many to whoever, as far as they are missing. */
  reward(amount: number): boolean
}
