import type { Decision } from './decision.ts'
import { leasedDecision } from './deciding.ts'
import type { LeaseSettings, LimitPolicy } from './policy.ts'
import { Lately } from './lately.ts'
import type { LimitItem } from './limit-store.ts'

/** Keys whose rate is known. */
const MOST_KEYS = 10_000
/** More is fetched when a part of this size is left. */
const LEFT = 4

/** What a process knows of one key. */
interface Lease {
  /** What may still be used, and until when: an own instant, in ms. */
  tokens: number
  until: number
  /** What was left to all when it was last heard, and until nothing is missing, in microseconds. */
  remaining: number
  reset: number
  /** Checks since when, and how many there were in the time before. */
  checks: number
  since: number
  rate: number
  fetching: Promise<void> | undefined
  waiting: Waiting[]
}

interface Waiting {
  readonly cost: number
  readonly resolve: (decision: Decision | undefined) => void
}

/** How more is fetched: asks for up to so many, and resolves with the answer. */
export type Fetch = (cost: number) => Promise<Decision>

/**
 * What a process has taken of one limit ahead, by keys that are checked often. It was taken when it is used: in total never
 * more passes than the limit allows, and within any time at most `most` more for each instance.
 */
export class LeaseTable {
  readonly #settings: LeaseSettings
  readonly #leases = new Lately<Lease>(MOST_KEYS)
  readonly #instances: () => number

  constructor(settings: LeaseSettings, instances: () => number) {
    this.#settings = settings
    this.#instances = instances
  }

  /** What is there at once; else undefined. */
  use(key: string, cost: number, policy: LimitPolicy, name: string, now: number): Decision | undefined {
    const lease = this.#leases.get(key)
    if (lease === undefined || lease.tokens < cost || now >= lease.until) return undefined
    lease.tokens -= cost
    lease.checks += 1
    return leasedDecision(policy, name, cost, lease.remaining + lease.tokens, lease.reset)
  }

  /** Little is left, and nothing is on its way. */
  isLow(key: string, now: number): boolean {
    const lease = this.#leases.get(key)
    return lease !== undefined && lease.fetching === undefined && lease.tokens * LEFT < this.#sizeFor(lease, now)
  }

  /** Fetches more, which nobody waits for. */
  refill(item: LimitItem, now: number, fetch: Fetch): void {
    const lease = this.#leases.get(item.key)
    if (lease !== undefined) void this.#fetch(lease, item, now, fetch)
  }

  /**
   * Counts a check that is not served at once, and waits for the next fetch where its key is checked often. Resolves with
   * undefined for one that has to ask by itself.
   */
  join(item: LimitItem, now: number, fetch: Fetch): Promise<Decision | undefined> | undefined {
    const lease = this.#leaseOf(item.key, now)
    lease.checks += 1
    if (this.#rateOf(lease, now) < this.#settings.from) return undefined
    return new Promise((resolve) => {
      lease.waiting.push({ cost: item.cost, resolve })
      if (lease.fetching === undefined) void this.#fetch(lease, item, now, fetch)
    })
  }

  /** How many this process holds of a key. */
  held(key: string, now: number): number {
    const lease = this.#leases.get(key)
    return lease !== undefined && now < lease.until ? lease.tokens : 0
  }

  forget(key: string): void {
    const lease = this.#leases.get(key)
    if (lease !== undefined) lease.tokens = 0
  }

  #fetch(lease: Lease, item: LimitItem, now: number, fetch: Fetch): Promise<void> {
    const fetched = this.#fetchMore(lease, item, now, fetch).finally(() => {
      lease.fetching = undefined
      // Those that came meanwhile, and found too little.
      for (const { resolve } of lease.waiting.splice(0)) resolve(undefined)
    })
    lease.fetching = fetched
    // Whoever waits is told; of a fetch ahead nobody need be.
    return fetched.catch(() => undefined)
  }

  async #fetchMore(lease: Lease, item: LimitItem, begun: number, fetch: Fetch): Promise<void> {
    if (begun >= lease.until) lease.tokens = 0
    const waiting = lease.waiting.splice(0)
    const wanted = waiting.reduce((sum, { cost }) => sum + cost, 0)
    const ahead = Math.max(0, this.#sizeFor(lease, begun) - lease.tokens)
    let decision: Decision | undefined
    try {
      decision = await fetch(Math.min(item.policy.limit, wanted + ahead))
    } finally {
      this.#serve(lease, item, waiting, decision, begun)
    }
  }

  #serve(
    lease: Lease,
    { policy, name }: LimitItem,
    waiting: readonly Waiting[],
    decision: Decision | undefined,
    begun: number,
  ): void {
    const result = decision?.policies[name]
    const leased = decision?.allowed === true && decision.mode !== 'local' && decision.mode !== 'bypass'
    let there = lease.tokens + (decision?.allowed === true ? decision.granted : 0)
    let trips = decision?.trips ?? 0
    if (result !== undefined) {
      lease.remaining = result.remaining
      lease.reset = result.resetAfterMs * 1000
    }
    for (const { cost, resolve } of waiting) {
      const served = decision?.allowed === true && cost <= there
      if (!served) {
        resolve(undefined)
        continue
      }
      there -= cost
      resolve({
        ...leasedDecision(policy, name, cost, lease.remaining + there, lease.reset),
        mode: decision.mode,
        trips,
      })
      trips = 0
    }
    lease.tokens = leased ? Math.min(there, this.#settings.most) : 0
    if (leased) lease.until = begun + this.#settings.duration
  }

  /** As much as will be used soon, and never so much that others go without. */
  #sizeFor(lease: Lease, now: number): number {
    const fair = Math.floor(lease.remaining / (2 * this.#instances()))
    return Math.max(1, Math.min(this.#settings.most, Math.ceil(this.#rateOf(lease, now) / 2), fair))
  }

  /** Checks within the duration of a lease: the present one's, or those of the one before. */
  #rateOf(lease: Lease, now: number): number {
    const { duration } = this.#settings
    if (now - lease.since >= duration) {
      lease.rate = now - lease.since < 2 * duration ? lease.checks : 0
      lease.checks = 0
      lease.since = now
    }
    return Math.max(lease.rate, lease.checks)
  }

  #leaseOf(key: string, now: number): Lease {
    const known = this.#leases.get(key)
    if (known !== undefined) return known
    const { most: remaining } = this.#settings
    const lease: Lease = {
      ...{ tokens: 0, until: 0, remaining: remaining * 2, reset: 0, checks: 0, since: now, rate: 0 },
      fetching: undefined,
      waiting: [],
    }
    this.#leases.set(key, lease)
    return lease
  }
}
