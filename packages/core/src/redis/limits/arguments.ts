import type { LimitPolicy, NamedPolicy } from '../../rate-limit/policy.ts'
import type { LimitRule } from '../../rate-limit/rule.ts'
import type { Value } from '../client.ts'
import { letterOf } from './keys.ts'

/** What scripts are told of a rule, see `limit_rules.lua`: its letter and four numbers, and 1 for a shadow. */
export function argumentsOf({ policy }: Pick<NamedPolicy, 'policy'>): readonly Value[] {
  const made = known.get(policy)
  if (made !== undefined) return made
  const args = [letterOf(policy), ...numbersOf(policy.rule).map(String), policy.shadow ? '1' : '0']
  known.set(policy, args)
  return args
}

const known = new WeakMap<LimitPolicy, readonly Value[]>()

type Numbers = readonly [number, number, number, number]

function numbersOf(rule: LimitRule): Numbers {
  switch (rule.kind) {
    case 'gcra':
      return [rule.interval, rule.burst, rule.debt, 0]
    case 'bucket':
      return [rule.every, rule.capacity, rule.refill, rule.aligned ? 1 : 0]
    case 'fixed':
      return [rule.window, rule.limit, rule.aligned ? 1 : 0, 0]
    case 'segments':
      return [rule.window, rule.limit, rule.segment, 0]
    case 'counter':
    case 'log':
      return [rule.window, rule.limit, 0, 0]
    case 'permits':
      return [rule.limit, rule.lease, 0, 0]
  }
}
