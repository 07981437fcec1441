import type { Decision } from './decision.ts'

/** A check of one key under one limit that is under way, and those that have come since. */
export interface Flight {
  waiting: Waiting[]
}

interface Waiting {
  readonly begun: number
  readonly resolve: (decision: Decision) => void
  readonly reject: (error: unknown) => void
}
