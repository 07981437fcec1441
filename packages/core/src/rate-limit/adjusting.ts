import { checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import { membersOf } from '../members.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { failureOf } from './asking.ts'
import { costOf, keyOf } from './checked.ts'
import type { Decision } from './decision.ts'
import { takeReceipt } from './deciding.ts'
import type { Fallback } from './fallback.ts'
import type { Gift, LimitItem, LimitStore, RememberedReply } from './limit-store.ts'
import type { AdjustOptions, BlockingOptions, CheckItem, LimitKey, ResetOptions } from './limiter.ts'
import { resolveBlock } from './policy-options.ts'
import { type Roster, requireCounting } from './roster.ts'
import type { LimitsSettings } from './settings.ts'

/** Which of what a decision took. */
export type RefundedItems = readonly Pick<CheckItem<string>, 'policy' | 'key'>[]

export interface AdjustingContext {
  readonly store: LimitStore
  readonly roster: Roster
  readonly settings: LimitsSettings
  readonly telemetry: Telemetry
  readonly fallback: Fallback
}

const ADJUST = membersOf<AdjustOptions>({ key: true, cost: true })
const BLOCK = membersOf<BlockingOptions>({
  key: true,
  for: true,
  reason: true,
  factor: true,
  longest: true,
  remember: true,
})
const RESET = membersOf<ResetOptions>({ key: true, policies: true })
const LONGEST_REASON = 256

/** What is done to limits beside checking them. What it does to one key is seen by this process at once. */
export class Adjusting {
  readonly #context: AdjustingContext

  constructor(context: AdjustingContext) {
    this.#context = context
  }

  /** Best effort: what is not given back comes back by itself. */
  async refund(decision: Decision, only?: RefundedItems): Promise<void> {
    checkObject('decision', decision)
    const receipt = takeReceipt(decision)
    if (receipt === undefined) return
    const isMeant = ({ name, key }: LimitItem): boolean =>
      only?.some((one) => one.policy === name && keyOf(one.key) === key) ?? true
    const gifts = receipt.items.flatMap((item, n): readonly Gift[] => {
      const taken = receipt.results[n]
      return taken === undefined || taken.amount === 0 || !isMeant(item)
        ? []
        : [{ ...item, taken, amount: taken.amount }]
    })
    const { id } = receipt
    await this.give(gifts, id === undefined ? undefined : { ...receipt, id })
  }

  async reward(name: string, options: AdjustOptions): Promise<void> {
    const { key, cost } = checkedAdjustment(options)
    const { policy } = requireCounting(this.#context.roster.named(name))
    if (cost > 0) await this.#asked(() => this.#give([{ name, policy, key, taken: undefined, amount: cost }]))
  }

  async penalty(name: string, options: AdjustOptions): Promise<void> {
    const { key, cost } = checkedAdjustment(options)
    const { store, roster, settings } = this.#context
    const { policy } = requireCounting(roster.named(name))
    await this.#asked(() =>
      store.check({ items: [{ name, policy, key, cost }], taking: 'anyway', remember: undefined }, settings.deadline),
    )
  }

  /** Without an error where the backend does not answer. */
  async give(gifts: readonly Gift[], forget?: RememberedReply): Promise<void> {
    if (gifts.length === 0) return
    try {
      await this.#give(gifts, forget)
    } catch (error) {
      this.#context.fallback.failed(failureOf(error))
    }
  }

  async reset(options: ResetOptions): Promise<void> {
    checkObject('the options of reset', options)
    checkMembers('the options of reset', options, RESET)
    const key = keyOf(options.key)
    const { store, roster, settings, telemetry } = this.#context
    const works = options.policies === undefined ? roster.all : options.policies.map((name) => roster.named(name))
    if (works.length > 0) await this.#asked(() => store.reset(key, works, settings.deadline))
    for (const { denied, leases } of works) {
      denied.forget(key)
      leases?.forget(key)
    }
    telemetry.emit({ type: 'limit.reset', key, what: 'limits', policies: works.map(({ name }) => name) })
  }

  async block(options: BlockingOptions): Promise<{ readonly blockedForMs: number; readonly times: number }> {
    checkObject('the options of block', options)
    checkMembers('the options of block', options, BLOCK)
    const { for: duration, reason = '', key: given, ...how } = options
    const key = keyOf(given)
    if (typeof reason !== 'string' || reason.length > LONGEST_REASON)
      throw invalidArgument('reason', reason, `a string of at most ${LONGEST_REASON} characters`)
    const settings = resolveBlock({ ...how, duration })
    const { store, telemetry, settings: own } = this.#context
    const { remaining, times } = await this.#asked(() => store.block({ key, settings, reason }, own.deadline))
    const milliseconds = Math.ceil(remaining / 1000)
    for (const { leases } of this.#context.roster.all) leases?.forget(key)
    telemetry.emit({ type: 'limit.blocked', key, policy: undefined, reason, milliseconds, times })
    return { blockedForMs: milliseconds, times }
  }

  async unblock(options: { readonly key: LimitKey }): Promise<void> {
    checkObject('the options of unblock', options)
    const key = keyOf(options.key)
    const { store, roster, settings, telemetry } = this.#context
    await this.#asked(() => store.unblock(key, settings.deadline))
    for (const { denied } of roster.all) denied.forget(key)
    telemetry.emit({ type: 'limit.reset', key, what: 'block', policies: [] })
  }

  async #give(gifts: readonly Gift[], forget?: RememberedReply): Promise<void> {
    const { store, roster, settings } = this.#context
    await store.giveBack(gifts, settings.deadline, forget)
    for (const { name, key } of gifts) roster.named(name).denied.forget(key)
  }

  /** Who changes a limit by hand is told where that did not happen. */
  async #asked<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (RedstartError.is(error) && error.code.startsWith('STORE_')) this.#context.fallback.failed(error)
      throw error
    }
  }
}

/** Looks at whom something is done to, and how much. */
export function checkedAdjustment(options: AdjustOptions): { readonly key: string; readonly cost: number } {
  checkObject('the options', options)
  checkMembers('the options', options, ADJUST)
  return { key: keyOf(options.key), cost: costOf(options.cost) }
}
