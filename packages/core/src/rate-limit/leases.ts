import type { Decision } from './decision.ts'
import { leasedDecision } from './deciding.ts'
import { Lately } from './lately.ts'
import type { LimitItem } from './limit-store.ts'
import type { LeaseSettings } from './policy.ts'

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
  fetching: boolean
  waiting: Waiting[]
  /** There is nothing to fetch before this own instant. */
  dry: number
  last: Fetched | undefined
}

interface Waiting {
  readonly cost: number
  readonly resolve: (decision: Decision | undefined) => void
}

/** What was fetched. */
export interface Fetched {
  readonly decision: Decision
  /** Own instant at which it was there. */
  readonly at: number
  /** Gives some of it back, as far as it is not given back yet; nobody waits for that. */
  readonly giveBack: (amount: number) => void
}

/** How more is fetched: asks for up to so many. */
export type Fetch<Item> = (item: Item, amount: number) => Promise<Fetched>

/**
 * What a process has taken of one limit ahead, by keys that are checked often. It was taken when it is used: in total never
 * more passes than the limit allows, and within any time at most `most` more for each instance. What is held is used before
 * anybody is refused.
 */
export class LeaseTable<Item extends LimitItem> {
  readonly #settings: LeaseSettings
  readonly #leases = new Lately<Lease>(MOST_KEYS)
  readonly #instances: () => number

  constructor(settings: LeaseSettings, instances: () => number) {
    this.#settings = settings
    this.#instances = instances
  }

  /** What is there at once; else undefined. Where little is left then, more is fetched, which nobody waits for. */
  use(item: Item, now: number, fetch: Fetch<Item>): Decision | undefined {
    const { key, cost, policy, name } = item
    const lease = this.#leases.get(key)
    if (lease === undefined || lease.tokens < cost) return undefined
    if (this.#hasEnded(lease, now)) return undefined
    lease.tokens -= cost
    lease.checks += 1
    if (!lease.fetching && now >= lease.dry && lease.tokens * LEFT < this.#sizeFor(lease, now))
      void this.#fetch(lease, item, now, fetch)
    return leasedDecision(policy, name, cost, lease.remaining + lease.tokens, lease.reset)
  }

  /**
   * Counts a check that is not served at once, and waits for the next fetch where its key is checked often. Resolves with
   * undefined for one that has to ask by itself.
   */
  join(item: Item, now: number, fetch: Fetch<Item>): Promise<Decision | undefined> | undefined {
    const lease = this.#leaseOf(item.key, now)
    lease.checks += 1
    if (now < lease.dry || this.#rateOf(lease, now) < this.#settings.from) return undefined
    return new Promise((resolve) => {
      lease.waiting.push({ cost: item.cost, resolve })
      if (!lease.fetching) void this.#fetch(lease, item, now, fetch)
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

  /** Goes on for as long as there is something, and somebody waits for it. */
  async #fetch(lease: Lease, item: Item, begun: number, fetch: Fetch<Item>): Promise<void> {
    lease.fetching = true
    let waiting: Waiting[] = []
    try {
      let [now, more] = [begun, true]
      while (more) {
        this.#hasEnded(lease, now)
        waiting = lease.waiting.splice(0)
        const wanted = waiting.reduce((sum, { cost }) => sum + cost, 0)
        const ahead = Math.max(0, this.#sizeFor(lease, now) - lease.tokens)
        const fetched = await fetch(item, Math.min(item.policy.limit, wanted + ahead))
        this.#serve(lease, item, waiting, fetched)
        now = fetched.at
        more = fetched.decision.allowed && lease.waiting.length > 0
      }
    } catch {
      // Who waits asks, and is told.
    } finally {
      lease.fetching = false
      for (const { resolve } of [...waiting, ...lease.waiting.splice(0)]) resolve(undefined)
    }
  }

  #serve(lease: Lease, { policy, name }: LimitItem, waiting: Waiting[], fetched: Fetched): void {
    const { decision, at } = fetched
    const { mode } = decision
    const result = decision.policies[name]
    const held = this.#hasEnded(lease, at) ? 0 : lease.tokens
    let there = held + decision.granted
    let { trips } = decision
    if (result !== undefined) {
      lease.remaining = result.remaining
      lease.reset = result.resetAfterMs * 1000
    }
    for (const { cost, resolve } of waiting.splice(0)) {
      if (cost > there) {
        resolve(undefined)
        continue
      }
      there -= cost
      const leased = leasedDecision(policy, name, cost, lease.remaining + there, lease.reset)
      resolve(decision.allowed ? { ...leased, mode, trips } : leased)
      trips = 0
    }
    // What was not taken from the backend is none to hold.
    const isTaken = decision.allowed && mode !== 'local' && mode !== 'bypass'
    lease.tokens = Math.min(there, isTaken ? this.#settings.most : held)
    const { duration } = this.#settings
    if (isTaken) {
      lease.last = fetched
      lease.until = at + duration
      this.#giveBack(lease, there - lease.tokens)
    } else lease.dry = at + Math.min(duration, decision.allowed ? duration : (decision.retryAfterMs ?? duration))
  }

  /** What is left at the end of a lease is for all again. */
  #hasEnded(lease: Lease, now: number): boolean {
    if (now < lease.until) return false
    this.#giveBack(lease, lease.tokens)
    lease.tokens = 0
    return true
  }

  /** What is used is the oldest: what is left is of what was fetched last. */
  #giveBack({ last }: Lease, amount: number): void {
    if (amount > 0) last?.giveBack(amount)
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
      ...{ fetching: false, waiting: [], dry: 0, last: undefined },
    }
    this.#leases.set(key, lease)
    return lease
  }
}
