import type { Decision } from '../../rate-limit/decision.ts'
import type { CheckItem, CheckOptions, LimitKey, Limiter, PolicyName } from '../../rate-limit/limiter.ts'
import type { Policies } from '../../rate-limit/policy.ts'
import { after } from '../after.ts'
import type { HttpExchange } from '../exchange.ts'
import type { LimitedClients } from './addresses.ts'
import type { RequestOutcome } from './options.ts'
import type { Rule } from './rules.ts'

/** What a check said. */
export interface Checked {
  readonly decision: Decision
  /** Who was limited, where it was one. */
  readonly key: string | undefined
  readonly refunds: readonly ((outcome: RequestOutcome) => boolean)[]
}

/** Makes one check of all the rules that are for a request. */
export class Checks<P extends Policies, Context> {
  readonly #limiter: Limiter<P>
  readonly #clients: LimitedClients | undefined

  constructor(limiter: Limiter<P>, clients: LimitedClients | undefined) {
    this.#limiter = limiter
    this.#clients = clients
  }

  /** @returns undefined where none of the rules counts for this request. */
  async check(rules: readonly Rule<Context>[], exchange: HttpExchange, context: Context): Promise<Checked | undefined> {
    const counting: Counting<Context>[] = []
    for (const rule of rules) {
      const counts = await this.#counts(rule, exchange, context)
      if (counts !== undefined) counting.push(counts)
    }
    const [first, ...others] = counting
    if (first === undefined) return undefined
    const { key, cost } = first
    const refunds = counting.flatMap(({ rule }) => (rule.refunds === undefined ? [] : [rule.refunds]))
    const plan = plansOf(counting)
    if (others.length === 0) {
      // The rule was read with the policies of this limiter, and so was its plan written for them.
      const names = first.rule.names as readonly PolicyName<P>[]
      const decision = await this.#limiter.check(names, { key, cost, ...plan } as CheckOptions<P>)
      return { decision, key: String(key), refunds }
    }
    const decision = await this.#limiter.check(itemsOf<P, Context>(counting), plan as Omit<CheckOptions<P>, 'key'>)
    return { decision, key: others.every((other) => other.key === key) ? String(key) : undefined, refunds }
  }

  #counts(rule: Rule<Context>, exchange: HttpExchange, context: Context): Sooner<Counting<Context> | undefined> {
    return after(rule.skip?.(context) ?? false, (skipped) => {
      if (skipped) return undefined
      return after(rule.key === undefined ? this.#clients?.of(exchange).key : rule.key(context), (key) => {
        if (key === undefined || key === null) return undefined
        return after(typeof rule.cost === 'number' ? rule.cost : rule.cost(context), (cost) =>
          after(rule.plan?.(context), (plan) => ({ rule, key, cost, plan })),
        )
      })
    })
  }
}

type Sooner<T> = T | Promise<T>

/** A rule, and what it says of this request. */
interface Counting<Context> {
  readonly rule: Rule<Context>
  readonly key: LimitKey
  readonly cost: number
  readonly plan: CheckOptions['policies']
}

function plansOf<Context>(counting: readonly Counting<Context>[]): Pick<CheckOptions, 'policies'> {
  const plans = counting.flatMap(({ plan }) => (plan === undefined ? [] : [plan]))
  return plans.length === 0 ? {} : { policies: Object.assign({}, ...plans) as NonNullable<CheckOptions['policies']> }
}

/** Once for each policy and key, by the rule that costs most: rules that overlap are no reason to pay twice. */
function itemsOf<P extends Policies, Context>(
  counting: readonly Counting<Context>[],
): readonly CheckItem<PolicyName<P>>[] {
  const items = new Map<string, CheckItem<PolicyName<P>>>()
  for (const { rule, key, cost } of counting)
    for (const name of rule.names) {
      const id = `${name} ${key}`
      const policy = name as PolicyName<P> // as above
      if ((items.get(id)?.cost ?? -1) < cost) items.set(id, { policy, key, cost })
    }
  return [...items.values()]
}
