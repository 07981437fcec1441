import { Buffer } from 'node:buffer'
import { RedstartError } from '../../errors.ts'
import type {
  Blocked,
  Decided,
  ItemResult,
  LimitItem,
  LimitRequest,
  PermitReply,
} from '../../rate-limit/limit-store.ts'
import type { Alike } from './each.ts'

/** Values before those of the first rule, and of each rule. */
const HEAD = 3
const EACH = 5
/** @param seq names what was taken from a log, which Redis has no receipt for. */
export function limitReplyOf(reply: unknown, { items, taking }: LimitRequest, seq: number): Decided | Blocked {
  const values = numbersIn(reply)
  const outcome = numberAt(values, 0)
  if (outcome === BLOCKED) return blockedOf(values)
  const [at, granted] = [numberAt(values, 1), numberAt(values, 2)]
  if (values.length !== HEAD + items.length * EACH) throw unexpected()
  const results = items.map(({ policy, cost }, n): ItemResult => {
    const first = HEAD + n * EACH
    const status = numberAt(values, first)
    const receipt = policy.rule.kind === 'log' ? seq : numberAt(values, first + 4)
    return {
      passed: status === 1 ? 'yes' : status === 0 ? 'no' : 'never',
      remaining: numberAt(values, first + 1),
      wait: numberAt(values, first + 2),
      reset: numberAt(values, first + 3),
      receipt,
      at,
      amount: outcome === 0 || status !== 1 ? 0 : taking === 'upto' ? granted : cost,
    }
  })
  return { kind: 'decided', allowed: outcome !== 0, duplicate: outcome === 2, granted, trips: 1, results }
}

/**
 * Tells each of several checks what `limit_each` replied of it, in their order.
 *
 * @param seq names what the first of them took, if that was from a log.
 */
export function tellEach(alike: readonly Alike[], reply: unknown, seq: number): void {
  let n = 0
  for (const { checks } of alike)
    for (const { item, resolve, reject } of checks) {
      try {
        resolve(replyOf(item, reply, n, seq + n))
      } catch (error) {
        reject(error)
      }
      n += 1
    }
}

function replyOf(item: LimitItem, reply: unknown, n: number, seq: number): Decided | Blocked {
  const values = numbersIn(reply)
  const own = values[n + 1]
  // What several have in common is told once.
  const trips = n === 0 ? 1 : 0
  if (typeof own === 'number') return briefOf(item, numberAt(values, 0), own, trips)
  return { ...limitReplyOf(own, { items: [item], taking: 'all', remember: undefined }, seq), trips }
}

/**
 * Of a gcra, what follows from when nothing is missing any more: who has to read less of a reply is done sooner.
 *
 * @param told microseconds until then; less than 0 where it did not pass.
 */
function briefOf({ cost, policy: { rule, shadow } }: LimitItem, at: number, told: number, trips: number): Decided {
  if (rule.kind !== 'gcra') throw unexpected()
  const { interval, burst } = rule
  const passes = told >= 0
  const reset = passes ? told : -1 - told
  const remaining = Math.max(0, Math.floor((burst - reset) / interval))
  const allowed = passes || shadow
  const passed = passes ? 'yes' : cost > Math.floor(burst / interval) ? 'never' : 'no'
  const wait = passed === 'no' ? reset + cost * interval - burst : 0
  const result: ItemResult = { passed, remaining, wait, reset, receipt: 0, at, amount: passes ? cost : 0 }
  return { kind: 'decided', allowed, duplicate: false, granted: allowed ? cost : 0, trips, results: [result] }
}

export function permitReplyOf(reply: unknown): PermitReply {
  const values = numbersIn(reply)
  const status = numberAt(values, 0)
  if (status === BLOCKED) return blockedOf(values)
  const [used, wait] = [numberAt(values, 1), numberAt(values, 2)]
  return { kind: 'decided', passed: status === 1 ? 'yes' : status === 0 ? 'no' : 'never', used, wait }
}

/** The whole numbers of a reply that has several. */
export function numbersIn(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw unexpected()
}

export function numberAt(values: readonly unknown[], n: number): number {
  const value = values[n]
  if (typeof value === 'number') return value
  throw unexpected()
}

const BLOCKED = -2

function blockedOf([, remaining, reason]: readonly unknown[]): Blocked {
  if (typeof remaining !== 'number' || !(reason instanceof Uint8Array)) throw unexpected()
  return { kind: 'blocked', remaining, reason: Buffer.from(reason).toString(), trips: 1 }
}

function unexpected(): RedstartError {
  return new RedstartError('STORE_FAILED', 'Redis answered a script of limits with what is no reply of it')
}
