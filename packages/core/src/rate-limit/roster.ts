import { checkObject, invalidArgument } from '../errors.ts'
import { checkNamespace } from '../keys.ts'
import { DenyCache } from './deny-cache.ts'
import { LeaseTable } from './leases.ts'
import { isCounting } from './local.ts'
import type { LimitPolicy, Policies } from './policy.ts'
import type { LimitsSettings } from './settings.ts'
import { PolicyStats } from './stats.ts'
import type { PolicyWork, WorkItem } from './work.ts'

/** The policies of a limiter, at work. */
export class Roster {
  readonly #works: ReadonlyMap<string, PolicyWork>
  /** Those that stand in for others, by what they are and for whom. */
  readonly #standIns = new WeakMap<LimitPolicy, Map<string, PolicyWork>>()
  readonly #instances: () => number

  /** @throws RedstartError `INVALID_ARGUMENT` for what is no policy, and for a name that is not allowed. */
  constructor(policies: Policies, { denyCache }: LimitsSettings, instances: () => number) {
    this.#instances = instances
    this.#works = new Map(
      Object.entries(policies).map(([name, policy]) => {
        checkNamespace(name)
        checkPolicy(`the policy ${name}`, policy)
        return [name, this.#workOf(name, policy, new DenyCache(denyCache), new PolicyStats())]
      }),
    )
  }

  get all(): readonly PolicyWork[] {
    return [...this.#works.values()]
  }

  /** @throws RedstartError `INVALID_ARGUMENT` where there is none of that name. */
  named(name: string): PolicyWork {
    const work = this.#works.get(name)
    if (work !== undefined) return work
    throw invalidArgument(
      'policy',
      name,
      `one of ${[...this.#works.keys()].join(', ') || 'those given to createRedstart'}`,
    )
  }

  /** What stands in for a policy; the policy itself where nothing does. */
  inPlaceOf(work: PolicyWork, standIn: LimitPolicy | undefined): PolicyWork {
    if (standIn === undefined || standIn === work.policy) return work
    const known = this.#standIns.get(standIn)?.get(work.name)
    if (known !== undefined) return known
    checkPolicy(`what stands in for the policy ${work.name}`, standIn)
    if (standIn.rule.kind !== work.policy.rule.kind)
      throw invalidArgument(
        `what stands in for the policy ${work.name}`,
        standIn.algorithm,
        `one that counts as ${work.policy.algorithm} does, or what was taken would be forgotten`,
      )
    const made = this.#workOf(work.name, standIn, work.denied, work.stats)
    const byName = this.#standIns.get(standIn) ?? new Map<string, PolicyWork>()
    this.#standIns.set(standIn, byName.set(work.name, made))
    return made
  }

  #workOf(name: string, policy: LimitPolicy, denied: DenyCache, stats: PolicyStats): PolicyWork {
    const leases = policy.lease === undefined ? undefined : new LeaseTable<WorkItem>(policy.lease, this.#instances)
    return { name, policy, denied, stats, flights: new Map(), leases }
  }
}

/** @throws RedstartError `INVALID_ARGUMENT` for permits, which no check can evaluate. */
export function requireCounting(work: PolicyWork): PolicyWork {
  if (isCounting(work.policy.rule)) return work
  throw invalidArgument('policy', work.name, 'one that can be checked: permits are taken with limiter.acquire')
}

function checkPolicy(what: string, policy: unknown): void {
  checkObject(what, policy)
  if (!('rule' in policy && 'algorithm' in policy && Object.isFrozen(policy)))
    throw invalidArgument(what, policy, 'what gcra(), slidingWindow() or another function of their kind made')
}
