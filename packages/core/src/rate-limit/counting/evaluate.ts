import type { Decided, ItemResult, LimitItem, Taking } from '../limit-store.ts'
import { capacityOf } from '../rule.ts'
import type { Counting } from './counting.ts'

/** One limit of a check, and what its key has. */
export interface Counted {
  readonly item: LimitItem
  readonly counting: Counting
}

/** What was decided, and which of the limits have changed. */
export interface Evaluated {
  readonly decided: Decided
  readonly changed: readonly Counted[]
}

interface Verdict extends Counted {
  readonly wanted: number
  readonly passed: ItemResult['passed']
  readonly wait: number
}

/** Evaluates limits and takes from all of them or from none, as `limit_check.lua` does. */
export function evaluate(all: readonly Counted[], taking: Taking, now: number): Evaluated {
  const granted = grantOf(all, taking)
  const verdicts = all.map((each) => verdictOn(each, taking, granted))
  const allowed = verdicts.every(({ passed, item }) => passed === 'yes' || item.policy.shadow)
  const changed = taking === 'nothing' ? [] : verdicts.filter((verdict) => change(verdict, taking, allowed))
  const results = verdicts.map(({ counting, passed, wait, wanted }): ItemResult => {
    const { available: remaining, reset, receipt } = counting
    return { passed, remaining, wait, reset, receipt, at: now, amount: allowed && passed === 'yes' ? wanted : 0 }
  })
  return {
    decided: { kind: 'decided', allowed, duplicate: false, granted: allowed ? granted : 0, trips: 0, results },
    changed,
  }
}

function grantOf(all: readonly Counted[], taking: Taking): number {
  const asked = all[0]?.item.cost ?? 0
  if (taking !== 'upto') return asked
  const enforced = all.filter(({ item }) => !item.policy.shadow)
  return enforced.length === 0
    ? asked
    : Math.min(...enforced.flatMap(({ item, counting }) => [item.cost, counting.available]))
}

function verdictOn({ item, counting }: Counted, taking: Taking, granted: number): Verdict {
  const wanted = taking === 'upto' && item.cost > 0 ? Math.max(1, granted) : item.cost
  if (taking === 'anyway' || counting.available >= wanted) return { item, counting, wanted, passed: 'yes', wait: 0 }
  if (wanted > capacityOf(item.policy.rule)) return { item, counting, wanted, passed: 'never', wait: 0 }
  return { item, counting, wanted, passed: 'no', wait: Math.max(0, counting.waitFor(wanted)) }
}

/** True where something is to be kept anew. */
function change({ item, counting, passed, wanted }: Verdict, taking: Taking, allowed: boolean): boolean {
  const amount = taking === 'anyway' ? Math.min(item.cost, counting.takeable) : wanted
  if (!allowed || passed !== 'yes' || amount === 0) return counting.healed
  counting.take(amount)
  return true
}
