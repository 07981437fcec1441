import type { Clock } from '../clock.ts'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import { type Adjusting, checkedAdjustment, type RefundedItems } from './adjusting.ts'
import type { Asked, Checking } from './checking.ts'
import { costOf } from './checked.ts'
import type { Decision } from './decision.ts'
import { takeReceipt } from './deciding.ts'
import type { Holders } from './holding.ts'
import type { LimitStore } from './limit-store.ts'
import type {
  AcquireOptions,
  AdjustOptions,
  BlockingOptions,
  CheckOptions,
  Limiter,
  LimitKey,
  ResetOptions,
  Reserved,
  WaitOptions,
} from './limiter.ts'
import type { Policies } from './policy.ts'
import type { Roster } from './roster.ts'
import type { LimitsSettings } from './settings.ts'
import type { LimiterStats, Statistics } from './stats.ts'

/** What a limiter is made of. */
export interface LimiterParts {
  readonly store: LimitStore
  readonly clock: Clock
  readonly settings: LimitsSettings
  readonly roster: Roster
  readonly checking: Checking
  readonly adjusting: Adjusting
  readonly holders: Holders
  readonly statistics: Statistics
}

/** The longest that one timer of Node.js can wait. */
const LONGEST_TIMER_MS = 2_147_483_647

const WAIT = membersOf<WaitOptions>({ key: true, cost: true, signal: true })

/** @param parts made at the first use. */
export function createLimiter<P extends Policies>(policies: P, parts: () => LimiterParts): Limiter<P> {
  const limiter = {
    policies,
    check: (asked: Asked, options?: Partial<CheckOptions>) => attempt(() => parts().checking.check(asked, options)),
    peek: (asked: Asked, options?: Partial<CheckOptions>) => attempt(() => parts().checking.peek(asked, options)),
    refund: async (decision: Decision, only?: RefundedItems) => await parts().adjusting.refund(decision, only),
    penalty: async (name: string, options: AdjustOptions) => await parts().adjusting.penalty(name, options),
    reward: async (name: string, options: AdjustOptions) => await parts().adjusting.reward(name, options),
    reset: async (options: ResetOptions) => await parts().adjusting.reset(options),
    block: async (options: BlockingOptions) => await parts().adjusting.block(options),
    unblock: async (options: { readonly key: LimitKey }) => await parts().adjusting.unblock(options),
    wait: async (name: string, options: WaitOptions) => await waitFor(parts(), name, options),
    acquire: async (name: string, options: AcquireOptions) => await parts().holders.acquire(name, options),
    reserve: async (name: string, options: AdjustOptions) => await reserve(parts(), name, options),
    stats(): LimiterStats {
      const { roster, statistics } = parts()
      return {
        policies: Object.fromEntries(roster.all.map(({ name, stats }) => [name, stats.read()])),
        deniedRate: statistics.deniedRate,
        duration: statistics.duration.read(),
      }
    },
  }
  // Of the names that it is asked with it knows no more than that they are text.
  return limiter as Limiter<P>
}

/** What is wrong with arguments rejects, as in an async function, which would cost the hot path a turn more. */
function attempt(act: () => Promise<Decision>): Promise<Decision> {
  try {
    return act()
  } catch (error) {
    // As it was thrown.
    return Promise.reject(error)
  }
}

async function waitFor(
  { roster, checking, adjusting, clock }: LimiterParts,
  name: string,
  options: WaitOptions,
): Promise<Decision> {
  checkObject('the options of wait', options)
  checkMembers('the options of wait', options, WAIT)
  const { signal, ...how } = options
  if (roster.named(name).policy.algorithm !== 'leaky-queue')
    throw invalidArgument('policy', name, 'one of leakyQueue(), whose turns are waited for')
  signal?.throwIfAborted()
  const decision = await checking.check(name, how)
  if (!decision.allowed || decision.delayMs === 0) return decision
  await new Promise<void>((resolve, reject) => {
    // A clock does not keep the process alive, which has something left to do as long as somebody waits.
    const waiting = setTimeout(() => undefined, LONGEST_TIMER_MS)
    const stop = (): void => {
      clearTimeout(waiting)
      cancel()
      // Those behind keep their turns; the place is free again where there are none.
      adjusting.refund(decision).catch(() => undefined)
      reject(signal?.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'))
    }
    const cancel = clock.schedule(decision.delayMs, () => {
      clearTimeout(waiting)
      signal?.removeEventListener('abort', stop)
      resolve()
    })
    if (signal?.aborted === true) return stop()
    signal?.addEventListener('abort', stop, { once: true })
  })
  return decision
}

async function reserve(parts: LimiterParts, name: string, options: AdjustOptions): Promise<Reserved> {
  const { roster, checking, adjusting, store, settings } = parts
  const { policy } = roster.named(name)
  if (policy.algorithm !== 'tokens')
    throw invalidArgument('policy', name, 'one of tokens(), whose reservations are settled')
  const { key, cost } = checkedAdjustment(options)
  const decision = await checking.check(name, { key, cost })
  if (!decision.allowed) return decision
  let settled = false
  return {
    allowed: true,
    reserved: cost,
    async settle(actual) {
      const real = costOf(actual)
      if (settled) return
      settled = true
      const [taken] = takeReceipt(decision)?.results ?? []
      if (taken !== undefined && real < cost) await adjusting.give([{ name, policy, key, taken, amount: cost - real }])
      if (real <= cost) return
      const rest = { name, policy, key, cost: real - cost }
      await store.check({ items: [rest], taking: 'anyway', remember: undefined }, settings.deadline)
    },
  }
}
