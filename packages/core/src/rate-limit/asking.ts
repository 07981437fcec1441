import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Decision, Denial } from './decision.ts'
import { blockedDecision, decisionOf, receiptOf } from './deciding.ts'
import type { Fallback } from './fallback.ts'
import type { Blocked, Decided, Gift, LimitReply, LimitRequest, LimitStore, Taking } from './limit-store.ts'
import type { Presence } from './presence.ts'
import type { LimitsSettings } from './settings.ts'
import type { Statistics } from './stats.ts'
import type { WorkItem } from './work.ts'

export interface AskingContext {
  readonly store: LimitStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly settings: LimitsSettings
  readonly fallback: Fallback
  /** Where it matters how many instances there are, and nobody said it. */
  readonly presence: Presence | undefined
  readonly statistics: Statistics
}

/** What is not as usual. */
export interface HowToAsk {
  readonly remember?: LimitRequest['remember']
  /** Milliseconds. */
  readonly timeout?: number
  /** Nobody is refused by the answer. */
  readonly ahead?: boolean
  /** Told what was decided, without a turn of the loop more, which a promise would take. */
  readonly decided?: (decision: Decision) => void
  /** Told what the promise rejects with. */
  readonly failed?: (error: unknown) => void
}

const USUALLY: HowToAsk = {}

function told(decision: Decision | Promise<Decision>, { decided }: HowToAsk): Decision | Promise<Decision> {
  if (decided === undefined) return decision
  if (decision instanceof Promise) return decision.then((own) => told(own, { decided }))
  decided(decision)
  return decision
}

interface Asked {
  readonly items: readonly WorkItem[]
  readonly taking: Taking
  readonly how: HowToAsk
  readonly begun: number
}

/** Asks the backend, once, and makes decisions of what it replies, or of its silence. */
export class Asking {
  readonly #context: AskingContext

  constructor(context: AskingContext) {
    this.#context = context
  }

  /** @throws RedstartError `CLOSED`; everything else is a decision. */
  ask(items: readonly WorkItem[], taking: Taking, how: HowToAsk = USUALLY): Promise<Decision> {
    const { store, clock, settings } = this.#context
    const { remember, timeout = settings.deadline } = how
    const begun = clock.now()
    const asked = { items, taking, how, begun }
    return store.check({ items, taking, remember }, timeout).then(
      (reply) => told(this.#replied(asked, reply), how),
      (error: unknown) => this.#unanswered(asked, error),
    )
  }

  /** Best effort: gives some of what was taken for a decision back. */
  giveBack(decision: Decision, amount: number): void {
    const { store, settings } = this.#context
    const { items = [], results = [] } = receiptOf(decision) ?? {}
    const gifts = items.flatMap((item, n): readonly Gift[] => {
      const taken = results[n]
      return taken === undefined ? [] : [{ ...item, taken, amount }]
    })
    if (gifts.length > 0) store.giveBack(gifts, settings.deadline).catch(() => undefined)
  }

  #unanswered({ items, taking, how }: Asked, error: unknown): Decision | Promise<Decision> {
    try {
      return told(this.#context.fallback.decide(items, taking, failureOf(error)), how)
    } catch (fault) {
      how.failed?.(fault)
      throw fault
    }
  }

  #replied({ items, taking, how, begun }: Asked, reply: LimitReply): Decision | Promise<Decision> {
    const { store, clock, fallback, presence, statistics } = this.#context
    const now = clock.now()
    statistics.duration.record(now - begun)
    fallback.answered(store, begun)
    presence?.begin()
    const from = { mode: store.mode, trips: reply.trips }
    if (reply.kind === 'blocked') return this.#blocked(items, taking, reply, now)
    const decision = decisionOf(items, reply, from, true, how.remember?.id)
    if (decision.allowed || taking === 'nothing' || reply.duplicate || how.ahead === true) return decision
    return this.#denied(items, taking, reply, decision, now)
  }

  #blocked(items: readonly WorkItem[], taking: Taking, reply: Blocked, now: number): Decision {
    const denial = blockedDecision(reply, { mode: this.#context.store.mode, trips: reply.trips })
    // Of several keys it is not said which one is blocked.
    const key = items[0]?.key ?? ''
    if (taking !== 'nothing' && items.every((item) => item.key === key))
      for (const { work } of items) {
        work.denied.set(key, 0, work.policy, denial, reply.remaining / 1000, now)
        work.leases?.forget(key)
      }
    return denial
  }

  #denied(
    items: readonly WorkItem[],
    taking: Taking,
    { results }: Decided,
    denial: Denial,
    now: number,
  ): Decision | Promise<Decision> {
    for (const [n, { work, key, cost }] of items.entries()) {
      const result = results[n]
      if (work.policy.shadow || result?.passed !== 'no') continue
      const own = { ...denial, limitedBy: work.name }
      work.denied.set(key, taking === 'upto' ? 1 : cost, work.policy, own, result.wait / 1000, now)
    }
    const { reason, limitedBy } = denial
    const item = reason === 'quota' ? items.find(({ name }) => name === limitedBy) : undefined
    return item?.policy.block === undefined ? denial : this.#block(item, denial)
  }

  /** Who is refused is kept out for longer than the limit says. */
  async #block({ work, key, name, policy }: WorkItem, denial: Denial): Promise<Decision> {
    const { store, clock, telemetry, settings } = this.#context
    if (policy.block === undefined) return denial
    try {
      const { remaining, times } = await store.block({ key, settings: policy.block, reason: name }, settings.deadline)
      const milliseconds = Math.ceil(remaining / 1000)
      telemetry.emit({ type: 'limit.blocked', key, policy: name, reason: name, milliseconds, times })
      const longer = { ...denial, trips: denial.trips + (store.mode === 'redis' ? 1 : 0), retryAfterMs: milliseconds }
      const again: Denial = { ...longer, reason: 'blocked', limitedBy: undefined, blockReason: name }
      work.denied.set(key, 0, work.policy, again, milliseconds, clock.now())
      return longer
    } catch {
      // The denial stands; the next one tries again.
      return denial
    }
  }
}

/** A backend that fails is decided about; what is closed, or a fault of this library, is an error. */
export function failureOf(error: unknown): RedstartError {
  if (RedstartError.is(error) && error.code.startsWith('STORE_')) return error
  throw error
}
