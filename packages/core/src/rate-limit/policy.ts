import type { LimitRule } from './rule.ts'

/** What a limit is called by those who know its kind. */
export type Algorithm =
  | 'gcra'
  | 'token-bucket'
  | 'fixed-window'
  | 'sliding-window'
  | 'segmented-window'
  | 'sliding-log'
  | 'leaky-bucket'
  | 'leaky-queue'
  | 'concurrency'
  | 'tokens'

/**
 * What a check says while the store does not answer: `open` lets pass, `closed` refuses with the reason `unavailable`,
 * `local` counts in this process, by the limit divided by the instances that were alive.
 */
export type OnFailure = 'open' | 'closed' | 'local'

/** A limit, checked and worked out: made by `gcra` and the other functions of its kind. */
export interface LimitPolicy {
  readonly algorithm: Algorithm
  /** The most that can be had at once, or within the window. */
  readonly limit: number
  /** Milliseconds in which all of it comes back. */
  readonly windowMs: number
  /** How it is counted. */
  readonly rule: LimitRule
  /** It is evaluated and counted, and refuses nobody. */
  readonly shadow: boolean
  readonly onFailure: OnFailure
  /** The part of the limit from which on a result is `near`. */
  readonly nearLimit: number
  readonly lease: LeaseSettings | undefined
  readonly block: BlockSettings | undefined
}

/** How a process takes some of a limit ahead. */
export interface LeaseSettings {
  /** The most that a process holds of one key. */
  readonly most: number
  /** Milliseconds after which what was not used is lost. */
  readonly duration: number
  /** Checks of one key within `duration` from which on it is leased. */
  readonly from: number
}

/** How whoever is refused is kept out. */
export interface BlockSettings {
  /** Milliseconds of the first block. */
  readonly duration: number
  /** How much longer each further one is. */
  readonly factor: number
  readonly longest: number
  /** How long the blocks before are remembered, in ms. */
  readonly remember: number
}

/** Policies by their names. */
export type Policies = Readonly<Record<string, LimitPolicy>>

/** A policy under its name. */
export interface NamedPolicy {
  readonly name: string
  readonly policy: LimitPolicy
}
