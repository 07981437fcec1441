import type { Denial } from './decision.ts'
import { Lately } from './lately.ts'
import type { LimitPolicy } from './policy.ts'

/** A denial that the backend would give again. */
interface Known {
  readonly policy: LimitPolicy
  readonly denial: Denial
  /** Own instants, in ms: when it was given, until when it is given again, and when it would pass. */
  readonly at: number
  readonly until: number
  readonly passes: number
  /** What costs less may pass. */
  readonly cost: number
}

/** Keys that one policy refused, for as long as that is known to hold: what is forgotten is asked again. */
export class DenyCache {
  readonly #known = new Lately<Known>(MOST_KNOWN)
  readonly #longest: number

  /** @param longest milliseconds for which a denial is given again at most. */
  constructor(longest: number) {
    this.#longest = longest
  }

  /** The denial of a check that would cost so much, as of now. */
  get(key: string, cost: number, policy: LimitPolicy, now: number): Denial | undefined {
    const known = this.#known.get(key)
    if (known === undefined || known.policy !== policy || cost < known.cost) return undefined
    if (now < known.until) return again(known, now)
    this.#known.delete(key)
    return undefined
  }

  /** @param wait milliseconds until it would pass. */
  set(key: string, cost: number, policy: LimitPolicy, denial: Denial, wait: number, now: number): void {
    if (this.#longest === 0) return
    const until = now + Math.min(wait, this.#longest)
    this.#known.set(key, { policy, denial, at: now, until, passes: now + wait, cost })
  }

  forget(key: string): void {
    this.#known.delete(key)
  }
}

/** Keys that are remembered, of each policy. */
const MOST_KNOWN = 10_000

function again({ denial, at, passes }: Known, now: number): Denial {
  const { reason, limitedBy, blockReason, policies } = denial
  const result = limitedBy === undefined ? undefined : policies[limitedBy]
  const earlier = Math.floor(now - at)
  return {
    allowed: false,
    mode: 'deny-cache',
    trips: 0,
    duplicate: false,
    granted: 0,
    policies:
      limitedBy === undefined || result === undefined
        ? {}
        : { [limitedBy]: { ...result, resetAfterMs: Math.max(0, result.resetAfterMs - earlier) } },
    reason,
    limitedBy,
    retryAfterMs: Math.ceil(passes - now),
    blockReason,
  }
}
