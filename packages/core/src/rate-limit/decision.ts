import type { Algorithm } from './policy.ts'

/**
 * What answered a check.
 *
 * - `redis`, `memory` - the backend.
 * - `lease` - what this process had taken ahead.
 * - `deny-cache` - an earlier answer of the backend, which still holds.
 * - `local` - what this process counts while the backend does not answer.
 * - `bypass` - nobody: the backend does not answer, and the policies say what that means.
 */
export type DecisionMode = 'redis' | 'memory' | 'lease' | 'deny-cache' | 'local' | 'bypass'

/**
 * Why a check was refused.
 *
 * - `quota` - a limit is reached.
 * - `blocked` - the key is kept out.
 * - `unsatisfiable` - the cost is more than there can ever be.
 * - `unavailable` - the backend does not answer, and a policy is `closed`: an answer to it is 503, not 429.
 */
export type DenialReason = 'quota' | 'blocked' | 'unsatisfiable' | 'unavailable'

/** What one limit says. Durations are milliseconds, rounded up. */
export interface PolicyResult {
  readonly algorithm: Algorithm
  /** The most that can be had at once, or within the window. */
  readonly limit: number
  /** In which all of it comes back. */
  readonly windowMs: number
  /** What can be had now, on a denial as well. */
  readonly remaining: number
  /** Until all of it can be had again; 0 where nothing is missing. */
  readonly resetAfterMs: number
  /** Until more than `remaining` can be had; 0 where nothing is missing. */
  readonly nextAfterMs: number
  readonly passed: boolean
  /** It refuses nobody. */
  readonly shadow: boolean
  /** As much of it is taken as `nearLimit` says. */
  readonly near: boolean
}

interface DecisionBase<Name extends string> {
  readonly mode: DecisionMode
  /** Round trips to the backend that this answer took: those that several answers shared are counted once. */
  readonly trips: number
  /** The answer to an earlier check with the same id; nothing was taken again. */
  readonly duplicate: boolean
  /** What each limit says, as far as that is known: with `bypass` nothing is. */
  readonly policies: Readonly<Partial<Record<Name, PolicyResult>>>
}

/** It may go on. */
export interface Allowance<Name extends string = string> extends DecisionBase<Name> {
  readonly allowed: true
  /** How many may be used: less than the cost where a part of it is enough. */
  readonly granted: number
  /** Of a queue: how long to wait first; else 0. */
  readonly delayMs: number
}

/** It may not. */
export interface Denial<Name extends string = string> extends DecisionBase<Name> {
  readonly allowed: false
  readonly granted: 0
  readonly reason: DenialReason
  /** The limit with the longest wait; undefined where it is not a limit that refuses. */
  readonly limitedBy: Name | undefined
  /** Undefined where it will never pass. */
  readonly retryAfterMs: number | undefined
  /** What was said when the key was blocked. */
  readonly blockReason: string | undefined
}

/** The answer to a check: a value, whatever it says. */
export type Decision<Name extends string = string> = Allowance<Name> | Denial<Name>
