import type { LimitPolicy } from './policy.ts'
import type { CountingRule, LimitRule } from './rule.ts'

/** Where a process counts by itself: the part of a limit that is one's own when it is divided by so many instances. */
export function shareOf(policy: LimitPolicy, instances: number): LimitPolicy {
  if (instances === 1) return policy
  const known = shares.get(policy)
  if (known?.instances === instances) return known.share
  const share = { ...policy, limit: part(policy.limit, instances), rule: ruleFor(policy, instances) }
  shares.set(policy, { instances, share })
  return share
}

/** For the number of instances that was last asked for. */
const shares = new WeakMap<LimitPolicy, { readonly instances: number; readonly share: LimitPolicy }>()

function ruleFor({ rule, algorithm }: LimitPolicy, instances: number): LimitRule {
  if (rule.kind !== 'gcra') return divided(rule, instances)
  const interval = rule.interval * instances
  // The longest wait in a queue is not divided.
  const burst =
    algorithm === 'leaky-queue'
      ? rule.burst - rule.interval + interval
      : part(Math.floor(rule.burst / rule.interval), instances) * interval
  return { ...rule, interval, burst }
}

function divided(rule: Exclude<LimitRule, { kind: 'gcra' }>, instances: number): LimitRule {
  return rule.kind === 'bucket'
    ? { ...rule, capacity: part(rule.capacity, instances), refill: part(rule.refill, instances) }
    : { ...rule, limit: part(rule.limit, instances) }
}

function part(limit: number, instances: number): number {
  return Math.ceil(limit / instances)
}

/** True for what a check can evaluate. */
export function isCounting(rule: LimitRule): rule is CountingRule {
  return rule.kind !== 'permits'
}
