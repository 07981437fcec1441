import type { Clock } from '../clock.ts'
import type { RedstartError } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Decision } from './decision.ts'
import { bypassDecision, decisionOf, unavailableDecision } from './deciding.ts'
import type { LimitItem, LimitStore, PermitReply, PermitRequest, Taking } from './limit-store.ts'
import { LimitTable } from './limit-table.ts'
import { shareOf } from './local.ts'
import { PermitTable } from './permit-table.ts'
import { capacityOf } from './rule.ts'
import type { LimitsSettings } from './settings.ts'

export interface FallbackContext {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly settings: LimitsSettings
  /** How many instances there are, as far as is known. */
  readonly instances: () => number
}

/** Keys of which it is told what passed here; of more it is not. */
const MOST_REPORTED = 1000
/** How many are told at a time. */
const TOGETHER = 50
/** When to try again, where nobody can say when the backend answers. */
const AGAIN_MS = 1000

/** Decides while the backend does not. */
export class Fallback {
  readonly #context: FallbackContext
  readonly #table: LimitTable
  readonly permits: PermitTable = new PermitTable()
  readonly #passed = new Map<string, LimitItem>()
  /** Own instant; undefined while the backend answers. */
  #since: number | undefined

  constructor(context: FallbackContext) {
    this.#context = context
    this.#table = new LimitTable(context.settings.localKeys)
  }

  /** What the policies say. Where nothing was sent, what passes here is told later. */
  decide(items: readonly LimitItem[], taking: Taking, error: RedstartError): Decision {
    this.failed(error)
    const enforced = items.filter(({ policy }) => !policy.shadow)
    if (enforced.some(({ policy }) => policy.onFailure === 'closed')) return unavailableDecision(AGAIN_MS)
    const unsent = error.code === 'STORE_UNAVAILABLE' && taking !== 'nothing' && this.#context.settings.report
    const decision = this.#decide(items, taking)
    // By whatever it passed, it would have been taken there.
    if (unsent && decision.allowed) for (const item of items) this.#note(item, taking, decision.granted)
    return decision
  }

  #decide(items: readonly LimitItem[], taking: Taking): Decision {
    const counted = items.filter(({ policy }) => policy.onFailure === 'local')
    if (counted.length === 0) return bypassDecision(items[0]?.cost ?? 0)
    const local = counted.map((item) => ({ ...item, policy: shareOf(item.policy, this.#context.instances()) }))
    const decided = this.#table.check({ items: local, taking, remember: undefined }, this.now())
    const decision = decisionOf(local, decided, { mode: 'local', trips: 0 }, false)
    return satisfiable(decision, items)
  }

  /** The same of a permit: undefined where everybody gets one. */
  acquire(request: PermitRequest, error: RedstartError): PermitReply | 'open' | 'closed' {
    this.failed(error)
    const { onFailure } = request.policy
    if (onFailure !== 'local') return onFailure
    const policy = shareOf(request.policy, this.#context.instances())
    return this.permits.acquire({ ...request, policy }, this.now())
  }

  failed({ code }: RedstartError): void {
    if (this.#since !== undefined) return
    this.#since = this.#context.clock.now()
    this.#context.telemetry.emit({ type: 'limit.fallback', code })
  }

  /** The backend answered what was asked then. */
  answered(store: LimitStore, asked: number): void {
    if (this.#since === undefined || asked < this.#since) return
    const milliseconds = this.#context.clock.now() - this.#since
    this.#since = undefined
    const passed = [...this.#passed.values()]
    this.#passed.clear()
    this.#context.telemetry.emit({ type: 'limit.recovered', milliseconds, reported: passed.length })
    void this.#report(store, passed)
  }

  /** Whole microseconds; near the wall clock's, so that windows begin where they do elsewhere. */
  now(): number {
    return Math.floor((EPOCH + this.#context.clock.now()) * 1000)
  }

  #note(item: LimitItem, taking: Taking, granted: number): void {
    const amount = taking === 'upto' ? granted : item.cost
    if (amount === 0) return
    const name = `${item.name}\u0000${item.key}`
    const cost = (this.#passed.get(name)?.cost ?? 0) + amount
    if (this.#passed.has(name) || this.#passed.size < MOST_REPORTED) this.#passed.set(name, { ...item, cost })
  }

  /** Once, and never again: what is not told comes back by itself. */
  async #report(store: LimitStore, passed: readonly LimitItem[]): Promise<void> {
    const { deadline } = this.#context.settings
    for (let first = 0; first < passed.length; first += TOGETHER) {
      const told = passed
        .slice(first, first + TOGETHER)
        .map((item) => store.check({ items: [item], taking: 'anyway', remember: undefined }, deadline))
      const outcomes = await Promise.allSettled(told)
      if (outcomes.every(({ status }) => status === 'rejected')) return
    }
  }
}

/** A part of a limit may be less than what can be had of the whole. */
function satisfiable(decision: Decision, items: readonly LimitItem[]): Decision {
  if (decision.allowed || decision.reason !== 'unsatisfiable') return decision
  if (items.some(({ policy, cost }) => cost > capacityOf(policy.rule))) return decision
  return { ...decision, reason: 'quota', retryAfterMs: AGAIN_MS }
}

/** The wall clock's time when this process started, from where the monotonic clock counts. */
const EPOCH = Math.round(performance.timeOrigin)
