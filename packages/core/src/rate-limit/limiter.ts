import type { Duration } from '../duration.ts'
import type { Decision, Denial } from './decision.ts'
import type { Permit } from './permit.ts'
import type { LimitPolicy, Policies } from './policy.ts'
import type { BlockOptions } from './policy-options.ts'
import type { LimiterStats } from './stats.ts'

/** Who is limited: any text that is not empty, or a number. */
export type LimitKey = string | number | bigint

/** The names of policies. */
export type PolicyName<P extends Policies> = keyof P & string

/** Limits rates. A limit that is reached is a value; errors are for what callers do wrong, and for a closed instance. */
export interface Limiter<P extends Policies = Policies> {
  readonly policies: P
  /**
   * Takes from all of these limits of one key, or from none, in one trip.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a policy that there is not, an empty key, or a cost that is not whole.
   */
  check<Name extends PolicyName<P>>(policies: Name | readonly Name[], options: CheckOptions<P>): Promise<Decision<Name>>
  /** The same for limits of several keys: one trip where one server has all, else one to each slot of the Cluster. */
  check<Name extends PolicyName<P>>(
    items: readonly CheckItem<Name>[],
    options?: Omit<CheckOptions<P>, 'key'>,
  ): Promise<Decision<Name>>
  /** What a check would say; takes nothing. */
  peek<Name extends PolicyName<P>>(policies: Name | readonly Name[], options: CheckOptions<P>): Promise<Decision<Name>>
  peek<Name extends PolicyName<P>>(
    items: readonly CheckItem<Name>[],
    options?: Omit<CheckOptions<P>, 'key'>,
  ): Promise<Decision<Name>>
  /**
   * Gives back what an allowed check took, as far as it has not come back by itself; a second time nothing. Best effort: it
   * does not reject where the backend does not answer.
   *
   * @param only gives back what was taken of these alone; the rest stays taken. When left out, all of it.
   */
  refund(decision: Decision, only?: readonly Pick<CheckItem<string>, 'policy' | 'key'>[]): Promise<void>
  /** Takes from a limit without asking, down to nothing, or to the debt that `tokens` may have. */
  penalty(policy: PolicyName<P>, options: AdjustOptions): Promise<void>
  /** Gives to a limit, up to all of it. */
  reward(policy: PolicyName<P>, options: AdjustOptions): Promise<void>
  /** Forgets what was taken of a key, by these policies or by all. Told as an event. */
  reset(options: ResetOptions<PolicyName<P>>): Promise<void>
  /** Refuses every check of a key for a while, and longer each time. Told as an event. */
  block(options: BlockingOptions): Promise<{ readonly blockedForMs: number; readonly times: number }>
  /** Ends the block of a key. */
  unblock(options: { readonly key: LimitKey }): Promise<void>
  /**
   * Waits for one's turn in a `leakyQueue`. An abort gives the place back only where nobody is behind it.
   *
   * @throws the signal's reason.
   */
  wait<Name extends PolicyName<P>>(policy: Name, options: WaitOptions): Promise<Decision<Name>>
  /** Takes hold of a permit of `concurrency`. */
  acquire<Name extends PolicyName<P>>(policy: Name, options: AcquireOptions): Promise<Acquired<Name>>
  /** Takes what something will probably cost, from `tokens`. */
  reserve<Name extends PolicyName<P>>(policy: Name, options: AdjustOptions): Promise<Reserved<Name>>
  /** What was decided since the start. */
  stats(): LimiterStats<PolicyName<P>>
}

/** One limit of a check, with its own key and cost. */
export interface CheckItem<Name extends string> {
  readonly policy: Name
  readonly key: LimitKey
  /** @default that of the check */
  readonly cost?: number
}

/** How something is checked. */
export interface CheckOptions<P extends Policies = Policies> {
  /** Who is limited. */
  readonly key: LimitKey
  /** A whole number; 0 only looks. @default 1 */
  readonly cost?: number
  /** As much of the cost as there is, at least 1, is enough: see `granted`. @default false */
  readonly partial?: boolean
  /** The same check again, as when a client tries again, gets the same answer and takes nothing. @default none */
  readonly id?: string
  /**
   * What holds for this caller in the place of a policy, such as that of another plan: made once, by the same function.
   * What was taken stays taken.
   * @default none
   */
  readonly policies?: { readonly [Name in keyof P]?: LimitPolicy }
}

/** What is forgotten. */
export interface ResetOptions<Name extends string = string> {
  /** Who is limited. */
  readonly key: LimitKey
  /** Of which policies. @default all */
  readonly policies?: readonly Name[]
}

/** How much of which key. */
export interface AdjustOptions {
  /** Who is limited. */
  readonly key: LimitKey
  /** How much: a whole number. @default 1 */
  readonly cost?: number
}

/** Who waits, for how many turns. */
export interface WaitOptions extends AdjustOptions {
  /** Ends the wait. @default none */
  readonly signal?: AbortSignal
}

/** Whose permit, and of what weight. */
export interface AcquireOptions extends AdjustOptions {
  /** Gives the permit back when it aborts. @default none */
  readonly signal?: AbortSignal
}

/** Who is kept out, and for how long. */
export interface BlockingOptions extends Omit<BlockOptions, 'duration'> {
  /** Who is kept out. */
  readonly key: LimitKey
  /** How long the first time. */
  readonly for: Duration
  /** What decisions say. @default '' */
  readonly reason?: string
}

/** A permit, or why there is none. */
export type Acquired<Name extends string = string> = { readonly allowed: true; readonly permit: Permit } | Denial<Name>

/** A reservation, or why there is none. */
export type Reserved<Name extends string = string> = ({ readonly allowed: true } & Reservation) | Denial<Name>

/** What was taken ahead of its real cost. */
export interface Reservation {
  /** What was taken. */
  readonly reserved: number
  /**
   * Takes the rest, or gives back what is too much; a second time nothing. What is never settled stays taken.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for a cost that is not whole.
   */
  settle(cost: number): Promise<void>
}
