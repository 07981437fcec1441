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
  readonly refunds: readonly Refund[]
}

/** What one rule gives back, and when. */
export interface Refund {
  readonly isDue: (outcome: RequestOutcome) => boolean
  /** What the rule took; undefined for all that was taken. */
  readonly items: readonly RefundedItem[] | undefined
}

type RefundedItem = Pick<CheckItem<string>, 'policy' | 'key'>

/** Makes one check of all the rules that are for a request. */
export class Checks<P extends Policies, Context> {
  readonly #limiter: Limiter<P>
  readonly #clients: LimitedClients | undefined

  constructor(limiter: Limiter<P>, clients: LimitedClients | undefined) {
    this.#limiter = limiter
    this.#clients = clients
  }

  /** @returns undefined where none of the rules counts for this request. */
  check(rules: readonly Rule<Context>[], exchange: HttpExchange, context: Context): Sooner<Checked | undefined> {
    const [first, ...others] = rules
    if (first === undefined) return undefined
    return others.length === 0
      ? after(this.#counts(first, exchange, context), (counts) => counts && this.#checkOne(counts))
      : this.#checkAll(rules, exchange, context)
  }

  async #checkAll(
    rules: readonly Rule<Context>[],
    exchange: HttpExchange,
    context: Context,
  ): Promise<Checked | undefined> {
    const counting: Counting<Context>[] = []
    for (const rule of rules) {
      const counts = await this.#counts(rule, exchange, context)
      if (counts !== undefined) counting.push(counts)
    }
    const [first, ...others] = counting
    if (first === undefined || others.length === 0) return first && (await this.#checkOne(first))
    const takings = takingsOf<P, Context>(counting)
    const items = takings.map(({ item }) => item)
    const decision = await this.#limiter.check(items, plansOf(counting) as Omit<CheckOptions<P>, 'key'>)
    const isOne = others.every(({ key }) => key === first.key)
    return { decision, key: isOne ? String(first.key) : undefined, refunds: refundsOf(takings) }
  }

  /** As most requests are: without a turn of the loop beside that of the limiter. */
  #checkOne({ rule, key, cost, plan }: Counting<Context>): Promise<Checked> {
    // The rule was read with the policies of this limiter, and its plan written for them.
    const names = rule.names as readonly PolicyName<P>[]
    const how = (plan === undefined ? { key, cost } : { key, cost, policies: plan }) as CheckOptions<P>
    const refunds = rule.refunds === undefined ? NONE : [{ isDue: rule.refunds, items: undefined }]
    return this.#limiter.check(names, how).then((decision) => ({ decision, key: String(key), refunds }))
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

const NONE: readonly Refund[] = []

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

/** What a check takes for a rule. */
interface Taking<P extends Policies, Context> {
  readonly rule: Rule<Context>
  readonly item: CheckItem<PolicyName<P>>
}

/** Once for each policy, for the rule that costs most: rules that overlap are no reason to pay twice. Their key is the same. */
function takingsOf<P extends Policies, Context>(counting: readonly Counting<Context>[]): readonly Taking<P, Context>[] {
  const takings = new Map<string, Taking<P, Context>>()
  for (const { rule, key, cost } of counting)
    for (const name of rule.names) {
      const policy = name as PolicyName<P> // as above
      if ((takings.get(name)?.item.cost ?? -1) < cost) takings.set(name, { rule, item: { policy, key, cost } })
    }
  return [...takings.values()]
}

/** Each rule gives back what was taken for it. */
function refundsOf<P extends Policies, Context>(takings: readonly Taking<P, Context>[]): readonly Refund[] {
  const rules = new Set(takings.map(({ rule }) => rule))
  return [...rules].flatMap((rule) => {
    const items = takings.filter((taking) => taking.rule === rule).map(({ item }) => item)
    return rule.refunds === undefined ? [] : [{ isDue: rule.refunds, items }]
  })
}
