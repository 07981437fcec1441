import type { Clock } from '../clock.ts'
import { invalidArgument } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Asking } from './asking.ts'
import { checkedItem, checkedOptions, costOf, keyOf } from './checked.ts'
import type { Decision } from './decision.ts'
import type { Flights } from './flights.ts'
import type { Fetch } from './leases.ts'
import type { CheckItem, CheckOptions } from './limiter.ts'
import { type Roster, requireCounting } from './roster.ts'
import type { LimitsSettings } from './settings.ts'
import type { Statistics } from './stats.ts'
import { tell } from './telling.ts'
import type { PolicyWork, WorkItem } from './work.ts'

export interface CheckingContext {
  readonly asking: Asking
  readonly flights: Flights
  readonly roster: Roster
  readonly clock: Clock
  readonly settings: LimitsSettings
  readonly statistics: Statistics
  readonly telemetry: Telemetry
}

/** What is checked: limits of one key, or each with its own. */
export type Asked = string | readonly string[] | readonly CheckItem<string>[]

/** Checks: by what this process knows, by what it has taken ahead, and else by asking. */
export class Checking {
  readonly #context: CheckingContext

  constructor(context: CheckingContext) {
    this.#context = context
  }

  check(asked: Asked, given?: Partial<CheckOptions>): Promise<Decision> {
    const options = checkedOptions(given)
    const { id, partial = false } = options
    const { clock, asking, settings } = this.#context
    const items = this.#itemsOf(asked, options)
    const now = clock.now()
    const [only] = items
    if (id === undefined) {
      if (only !== undefined && items.length === 1 && !partial) return this.#checkOne(items, only, now)
      const known = this.#known(items, partial, now)
      if (known !== undefined) return Promise.resolve(known)
    }
    const remember = id === undefined ? undefined : { id: ownId(id, items, partial), ms: settings.remember }
    if (partial) requireOneCost(items)
    const decided = (decision: Decision): void => void this.#count(items, decision)
    return asking.ask(items, partial ? 'upto' : 'all', { remember, decided })
  }

  /** One limit of one key: by what was taken ahead, what is known, together with others, or by itself. */
  #checkOne(items: readonly WorkItem[], item: WorkItem, now: number): Promise<Decision> {
    const leases = item.cost === 0 ? undefined : item.work.leases
    const used = leases?.use(item, now, this.#fetch)
    if (used !== undefined) return Promise.resolve(this.#count(items, used))
    const known = this.#known(items, false, now)
    if (known !== undefined) return Promise.resolve(known)
    const joined = leases?.join(item, now, this.#fetch)
    if (joined === undefined) return this.#askForOne(items, item)
    return joined.then((decision) => {
      if (decision !== undefined) return this.#count(items, decision)
      // There was too little for it.
      const denial = this.#known(items, false, this.#context.clock.now())
      return denial ?? this.#askForOne(items, item)
    })
  }

  #askForOne(items: readonly WorkItem[], item: WorkItem): Promise<Decision> {
    const { asking, flights } = this.#context
    const decided = (decision: Decision): void => void this.#count(items, decision)
    return flights.check(item, decided) ?? asking.ask(items, 'all', { decided })
  }

  peek(asked: Asked, given?: Partial<CheckOptions>): Promise<Decision> {
    return this.#context.asking.ask(this.#itemsOf(asked, checkedOptions(given)), 'nothing')
  }

  /** What was refused, and would be again. */
  #known(items: readonly WorkItem[], partial: boolean, now: number): Decision | undefined {
    for (const { work, key, cost } of items) {
      const denial = work.denied.get(key, partial && cost > 0 ? 1 : cost, work.policy, now)
      if (denial !== undefined) return this.#count(items, denial)
    }
    return undefined
  }

  readonly #fetch: Fetch<WorkItem> = async (item, amount) => {
    const { asking, clock } = this.#context
    const decision = await asking.ask([{ ...item, cost: amount }], 'upto', { ahead: true })
    let left: number = decision.granted
    const giveBack = (surplus: number): void => {
      const back = Math.min(surplus, left)
      left -= back
      if (back > 0) asking.giveBack(decision, back)
    }
    return { decision, at: clock.now(), giveBack }
  }

  #itemsOf(asked: Asked, options: Partial<CheckOptions>): readonly WorkItem[] {
    if (typeof asked === 'string') return [this.#itemOf(asked, keyOf(options.key), costOf(options.cost), options)]
    if (!Array.isArray(asked) || asked.length === 0)
      throw invalidArgument('policies', asked, 'the name of a policy, or a list that is not empty')
    const items = asked.map((each: string | CheckItem<string>) => {
      if (typeof each === 'string') return this.#itemOf(each, keyOf(options.key), costOf(options.cost), options)
      const { policy, key, cost = options.cost } = checkedItem(each)
      return this.#itemOf(policy, keyOf(key), costOf(cost), options)
    })
    if (new Set(items.map(({ name }) => name)).size < items.length)
      throw invalidArgument('policies', asked, 'each policy once')
    return items
  }

  #itemOf(name: string, key: string, cost: number, { policies }: Partial<CheckOptions>): WorkItem {
    const { roster } = this.#context
    const work = requireCounting(roster.named(name))
    const own: PolicyWork = policies === undefined ? work : roster.inPlaceOf(work, policies[name])
    return { name, policy: own.policy, key, cost, work: own }
  }

  #count(items: readonly WorkItem[], decision: Decision): Decision {
    const { statistics, telemetry } = this.#context
    statistics.count(decision)
    for (const { work, name, key } of items) work.stats.count(name, key, decision)
    tell(telemetry, items, decision)
    return decision
  }
}

/** An id is often what a client sent: that of one check must not stand for another one, which it would let pass. */
function ownId(id: string, items: readonly WorkItem[], partial: boolean): string {
  const first = items[0]?.key
  return JSON.stringify([id, partial, ...items.flatMap(({ name, key, cost }) => [name, key === first ? 0 : key, cost])])
}

function requireOneCost(items: readonly WorkItem[]): void {
  const [first] = items
  if (items.some(({ cost }) => cost !== first?.cost))
    throw invalidArgument('partial', true, 'false where limits have costs of their own')
}
