import { type Duration, milliseconds } from '../duration.ts'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { BlockSettings, LeaseSettings, LimitPolicy, OnFailure } from './policy.ts'
import { wholeLimit } from './rate.ts'

/** What all limits have in common. */
export interface CommonPolicyOptions {
  /**
   * What happens while the backend does not answer: everybody passes (`open`), nobody does (`closed`), or each process
   * counts by itself, by the limit divided by the instances that were alive (`local`).
   * @default 'local'
   */
  readonly onFailure?: OnFailure
  /** The part of the limit, from 0 to 1, from which on results are `near` it. @default 0.8 */
  readonly nearLimit?: number
}

/** What limits have in common that checks evaluate. */
export interface CheckedPolicyOptions extends CommonPolicyOptions {
  /** Evaluates and counts, and refuses nobody: to see what a limit would do. @default false */
  readonly shadow?: boolean
  /** Keeps whoever is refused out for a while, and longer each time. @default false */
  readonly block?: Duration | BlockOptions
}

/** What limits have in common that may be taken ahead. */
export interface PolicyOptions extends CheckedPolicyOptions {
  /** Takes some ahead where a key is checked often, so that most checks need no backend. @default false */
  readonly lease?: boolean | LeaseOptions
}

/**
 * What a process takes ahead. It was taken from the limit, so that never more passes in total than the limit allows; but it
 * may be used up to `duration` later: within any time up to instances times `most` more than the limit alone allows.
 */
export interface LeaseOptions {
  /** The most that a process holds of one key. @default a 32nd of the limit, 1000 at most */
  readonly most?: number
  /** How long it may be used; what is left then is given back when the key is checked again. @default '200ms' */
  readonly duration?: Duration
  /** Checks of one key within `duration` from which on it is taken ahead; below, each check asks. @default 10 */
  readonly from?: number
}

/** How long whoever is refused is kept out. */
export interface BlockOptions {
  /** How long the first time. */
  readonly duration: Duration
  /** How many times as long each further block is. @default 2 */
  readonly factor?: number
  /** No block is longer. @default '1d' */
  readonly longest?: Duration
  /** How long blocks are remembered after their end. @default '1d' */
  readonly remember?: Duration
}

/** Members that these options have, for {@link madePolicy}. */
export const COMMON: readonly (keyof CommonPolicyOptions)[] = ['onFailure', 'nearLimit']
export const CHECKED: readonly (keyof CheckedPolicyOptions)[] = [...COMMON, 'shadow', 'block']
export const ALL: readonly (keyof PolicyOptions)[] = [...CHECKED, 'lease']
const LEASE = membersOf<LeaseOptions>({ most: true, duration: true, from: true })
const BLOCK = membersOf<BlockOptions>({ duration: true, factor: true, longest: true, remember: true })

/**
 * Completes a policy, and freezes it.
 *
 * @param members that its options may have.
 */
export function madePolicy(
  options: Omit<PolicyOptions, 'lease'> & { readonly lease?: unknown },
  members: readonly string[],
  own: Pick<LimitPolicy, 'algorithm' | 'limit' | 'windowMs' | 'rule'>,
): LimitPolicy {
  const what = `the options of ${own.algorithm}`
  checkObject(what, options)
  checkMembers(what, options, new Set(members))
  const { onFailure = 'local', shadow = false, nearLimit = 0.8 } = options
  if (!['open', 'closed', 'local'].includes(onFailure))
    throw invalidArgument('onFailure', onFailure, "'open', 'closed' or 'local'")
  if (typeof shadow !== 'boolean') throw invalidArgument('shadow', shadow, 'true or false')
  if (typeof nearLimit !== 'number' || !(nearLimit >= 0 && nearLimit <= 1))
    throw invalidArgument('nearLimit', nearLimit, 'a number of 0 to 1')
  const lease = members.includes('lease') && own.algorithm !== 'concurrency' ? leaseOf(options.lease, own) : undefined
  return Object.freeze({ ...own, onFailure, shadow, nearLimit, lease, block: blockOf(options.block) })
}

function leaseOf(options: unknown, { limit }: Pick<LimitPolicy, 'limit'>): LeaseSettings | undefined {
  if (options === undefined || options === false) return undefined
  const given: LeaseOptions = options === true ? {} : (options as LeaseOptions) // as is looked at next
  checkObject('lease', given)
  checkMembers('lease', given, LEASE)
  return {
    most: wholeLimit(given.most ?? Math.min(1000, Math.max(1, Math.floor(limit / 32))), 'lease.most', limit),
    duration: milliseconds(given.duration ?? '200ms', 'lease.duration', 1),
    from: wholeLimit(given.from ?? 10, 'lease.from'),
  }
}

function blockOf(options: Duration | BlockOptions | undefined): BlockSettings | undefined {
  return options === undefined ? undefined : resolveBlock(typeof options === 'object' ? options : { duration: options })
}

/** @throws RedstartError `INVALID_ARGUMENT` for what is not allowed. */
export function resolveBlock(options: BlockOptions, what = 'block'): BlockSettings {
  checkObject(what, options)
  checkMembers(what, options, BLOCK)
  const { factor = 2 } = options
  if (typeof factor !== 'number' || !(factor >= 1 && factor <= 1000))
    throw invalidArgument(`${what}.factor`, factor, 'a number of 1 to 1000')
  const duration = milliseconds(options.duration, `${what}.duration`, 1)
  return {
    duration,
    factor,
    longest: Math.max(duration, milliseconds(options.longest ?? '1d', `${what}.longest`, 1)),
    remember: milliseconds(options.remember ?? '1d', `${what}.remember`, 0),
  }
}
