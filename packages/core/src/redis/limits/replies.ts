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

/** Values before those of the first rule, and of each rule. */
const HEAD = 3
const EACH = 5
/** Values of the reply of `limit_gcra` to what passes as most does. */
const SHORT = 2

/** @param seq names what was taken from a log, which Redis has no receipt for. */
export function limitReplyOf(reply: unknown, { items, taking }: LimitRequest, seq: number): Decided | Blocked {
  const values = numbersIn(reply)
  const [only] = items
  if (values.length === SHORT && only !== undefined) return passedOf(values, only)
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

/** What `limit_gcra` replies where all of the cost passed: who has to read less of a reply is done sooner. */
function passedOf(values: readonly unknown[], { cost, policy: { rule } }: LimitItem): Decided {
  if (rule.kind !== 'gcra') throw unexpected()
  const [at, reset] = [numberAt(values, 0), numberAt(values, 1)]
  const remaining = Math.floor((rule.burst - reset) / rule.interval)
  const result = { passed: 'yes', remaining, wait: 0, reset, receipt: 0, at, amount: cost } as const
  return { kind: 'decided', allowed: true, duplicate: false, granted: cost, trips: 1, results: [result] }
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
