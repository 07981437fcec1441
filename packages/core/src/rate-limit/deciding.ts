import type { Allowance, Decision, DecisionMode, Denial, PolicyResult } from './decision.ts'
import type { Blocked, Decided, ItemResult, LimitItem, PermitReply, PermitRequest } from './limit-store.ts'
import type { LimitPolicy, NamedPolicy } from './policy.ts'

/** What was taken for a decision. */
export interface Receipt {
  readonly items: readonly LimitItem[]
  readonly results: readonly ItemResult[]
  /** What the reply is remembered for. */
  readonly id: string | undefined
}

/** A decision that knows what was taken for it, and tells that nobody but {@link takeReceipt}. */
class Granted implements Allowance {
  readonly allowed = true
  readonly mode: DecisionMode
  readonly trips: number
  readonly duplicate: boolean
  readonly granted: number
  readonly policies: Allowance['policies']
  readonly delayMs: number
  #receipt: Receipt | undefined

  constructor(allowance: Omit<Allowance, 'allowed'>, receipt: Receipt | undefined) {
    this.mode = allowance.mode
    this.trips = allowance.trips
    this.duplicate = allowance.duplicate
    this.granted = allowance.granted
    this.policies = allowance.policies
    this.delayMs = allowance.delayMs
    this.#receipt = receipt
  }

  static look(decision: Decision): Receipt | undefined {
    return #receipt in decision ? decision.#receipt : undefined
  }

  static take(decision: Decision): Receipt | undefined {
    if (!(#receipt in decision)) return undefined
    const receipt = decision.#receipt
    decision.#receipt = undefined
    return receipt
  }
}

/** What was taken for a decision, once: whoever asks again gets nothing. */
export function takeReceipt(decision: Decision): Receipt | undefined {
  return Granted.take(decision)
}

/** The same, and it stays. */
export function receiptOf(decision: Decision): Receipt | undefined {
  return Granted.look(decision)
}

/** How an answer came about. */
export interface Provenance {
  readonly mode: DecisionMode
  readonly trips: number
}

/**
 * @param kept what was taken can be given back.
 * @param id what the reply is remembered for.
 */
export function decisionOf(
  items: readonly LimitItem[],
  decided: Decided,
  { mode, trips }: Provenance,
  kept = true,
  id?: string,
): Decision {
  const { allowed, duplicate, granted, results } = decided
  const policies = policiesOf(items, results)
  if (!allowed) return { allowed, mode, trips, duplicate, granted: 0, policies, ...denialOf(items, results) }
  const allowance = { mode, trips, duplicate, granted, policies, delayMs: delayOf(items, results) }
  return new Granted(allowance, kept && !duplicate ? { items, results, id } : undefined)
}

/**
 * One of those that a grant to several is shared by, each of which costs 1: what it would have been told alone.
 *
 * @param n how many came before it.
 */
export function shareOfGrant(whole: Allowance, policy: LimitPolicy, n: number): Allowance {
  const { mode, duplicate, granted, policies, delayMs } = whole
  const trips = n === 0 ? whole.trips : 0
  const after = granted - n - 1
  const { items = [], results = [] } = receiptOf(whole) ?? {}
  const earlier = policy.rule.kind === 'gcra' ? after * policy.rule.interval : 0
  const [item, result] = [items[0], results[0]]
  if (item === undefined || result === undefined)
    return new Granted({ mode, trips, duplicate, granted: 1, policies, delayMs }, undefined)
  const own = { ...result, amount: 1, remaining: result.remaining + after, reset: result.reset - earlier }
  const shared = { [item.name]: resultOf(policy, own.remaining, own.reset, result.passed === 'yes') }
  return new Granted(
    { mode, trips, duplicate, granted: 1, policies: shared, delayMs },
    { items: [{ ...item, cost: 1 }], results: [own], id: undefined },
  )
}

/** What was taken ahead is used. */
export function leasedDecision(
  policy: LimitPolicy,
  name: string,
  granted: number,
  remaining: number,
  reset: number,
): Allowance {
  const policies = { [name]: resultOf(policy, Math.min(remaining, policy.limit), reset, true) }
  return { allowed: true, mode: 'lease', trips: 0, duplicate: false, granted, policies, delayMs: 0 }
}

/** A key that is blocked. */
export function blockedDecision({ remaining, reason }: Omit<Blocked, 'trips'>, { mode, trips }: Provenance): Denial {
  return {
    allowed: false,
    mode,
    trips,
    duplicate: false,
    granted: 0,
    policies: {},
    reason: 'blocked',
    limitedBy: undefined,
    retryAfterMs: Math.ceil(remaining / 1000),
    blockReason: reason,
  }
}

/** Too many permits are held. */
export function permitDenial(
  { name, policy }: PermitRequest,
  { used, wait, passed }: Exclude<PermitReply, Blocked>,
  { mode, trips }: Provenance,
): Denial {
  const never = passed === 'never'
  return {
    allowed: false,
    mode,
    trips,
    duplicate: false,
    granted: 0,
    policies: { [name]: resultOf(policy, Math.max(0, policy.limit - used), wait, false) },
    reason: never ? 'unsatisfiable' : 'quota',
    limitedBy: name,
    retryAfterMs: never ? undefined : Math.ceil(wait / 1000),
    blockReason: undefined,
  }
}

/** Nobody answers, and a policy says that nothing passes then. */
export function unavailableDecision(retryAfterMs: number): Denial {
  return {
    allowed: false,
    mode: 'bypass',
    trips: 0,
    duplicate: false,
    granted: 0,
    policies: {},
    reason: 'unavailable',
    limitedBy: undefined,
    retryAfterMs,
    blockReason: undefined,
  }
}

/** Nobody answers, and the policies say that everything passes then. */
export function bypassDecision(granted: number): Allowance {
  return { allowed: true, mode: 'bypass', trips: 0, duplicate: false, granted, policies: {}, delayMs: 0 }
}

/** What one limit says; durations in microseconds. */
function resultOf(
  { rule, algorithm, limit, windowMs, shadow, nearLimit }: LimitPolicy,
  remaining: number,
  reset: number,
  passed: boolean,
): PolicyResult {
  const next = reset === 0 ? 0 : nextOf(rule, reset)
  return {
    algorithm,
    limit,
    windowMs,
    remaining,
    resetAfterMs: Math.ceil(reset / 1000),
    nextAfterMs: Math.ceil(next / 1000),
    passed,
    shadow,
    near: limit - remaining >= nearLimit * limit,
  }
}

/** Until a little more can be had, as far as that follows from when all of it can. */
function nextOf(rule: LimitPolicy['rule'], reset: number): number {
  if (rule.kind === 'gcra') return reset % rule.interval || rule.interval
  if (rule.kind === 'bucket') return reset % rule.every || rule.every
  if (rule.kind === 'counter') return reset > rule.window * 1000 ? reset - rule.window * 1000 : reset
  return reset
}

function policiesOf(items: readonly LimitItem[], results: readonly ItemResult[]): Record<string, PolicyResult> {
  const policies: Record<string, PolicyResult> = {}
  for (let n = 0; n < items.length; n += 1) {
    const [item, result] = [items[n], results[n]]
    if (item !== undefined && result !== undefined)
      policies[item.name] = resultOf(item.policy, result.remaining, result.reset, result.passed === 'yes')
  }
  return policies
}

function denialOf(
  items: readonly NamedPolicy[],
  results: readonly ItemResult[],
): Pick<Denial, 'reason' | 'limitedBy' | 'retryAfterMs' | 'blockReason'> {
  let limitedBy: string | undefined
  let longest = -1
  for (const [n, { policy, name }] of items.entries()) {
    const result = results[n]
    if (policy.shadow || result === undefined || result.passed === 'yes') continue
    const wait = result.passed === 'never' ? Infinity : result.wait
    if (wait > longest) {
      longest = wait
      limitedBy = name
    }
  }
  const never = longest === Infinity
  return {
    reason: never ? 'unsatisfiable' : 'quota',
    limitedBy,
    retryAfterMs: never ? undefined : Math.ceil(longest / 1000),
    blockReason: undefined,
  }
}

/** Who is first waits for nothing: what was missing before one's own turn is the wait. */
function delayOf(items: readonly LimitItem[], results: readonly ItemResult[]): number {
  let delay = 0
  for (const [n, { policy }] of items.entries()) {
    const result = results[n]
    if (policy.algorithm !== 'leaky-queue' || policy.rule.kind !== 'gcra' || result === undefined) continue
    if (!policy.shadow) delay = Math.max(delay, Math.ceil((result.reset - result.amount * policy.rule.interval) / 1000))
  }
  return delay
}
