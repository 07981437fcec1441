import type { Clock } from '../clock.ts'
import type { Asking } from './asking.ts'
import type { Decision, Denial } from './decision.ts'
import { shareOfGrant } from './deciding.ts'
import { capacityOf } from './rule.ts'
import type { Flight } from './flight.ts'
import type { WorkItem } from './work.ts'

/**
 * Has checks of one key that come while one is under way go together: first that one, then all of them as one, which grants
 * as many as there are to those that came first. So a key that a thousand ask for at a time costs two trips. Each of them
 * costs 1; what they are told is what they would have been one by one.
 */
export class Flights {
  readonly #asking: Asking
  readonly #clock: Clock
  readonly #deadline: number

  constructor(asking: Asking, clock: Clock, deadline: number) {
    this.#asking = asking
    this.#clock = clock
    this.#deadline = deadline
  }

  /**
   * Undefined where nothing can be shared: who costs more, and what is remembered one by one.
   *
   * @param decided told what was decided of this one.
   */
  check(item: WorkItem, decided: (decision: Decision) => void): Promise<Decision> | undefined {
    const { work, key, cost } = item
    if (cost !== 1 || work.policy.rule.kind === 'log' || work.policy.algorithm === 'leaky-queue') return undefined
    const under = work.flights.get(key)
    if (under === undefined) return this.#lead(item, decided)
    const shared = new Promise<Decision>((resolve, reject) => {
      under.waiting.push({ begun: this.#clock.now(), resolve, reject })
    })
    return shared.then((decision) => {
      decided(decision)
      return decision
    })
  }

  #lead(item: WorkItem, decided: (decision: Decision) => void): Promise<Decision> {
    const { work, key } = item
    const flight: Flight = { waiting: [] }
    work.flights.set(key, flight)
    const landed = (decision: Decision): void => {
      this.#landed(item, flight, decision)
      decided(decision)
    }
    const failed = (error: unknown): void => this.#failed(item, flight, error)
    return this.#asking.ask([item], 'all', { decided: landed, failed })
  }

  #landed(item: WorkItem, flight: Flight, decision: Decision): void {
    if (flight.waiting.length === 0) item.work.flights.delete(item.key)
    else void this.#follow(item, flight, decision).catch((error: unknown) => this.#failed(item, flight, error))
  }

  /** Those that have come meanwhile, and those that come while these are asked for. */
  async #follow(item: WorkItem, flight: Flight, first: Decision): Promise<void> {
    const { work, key } = item
    const { policy } = work
    let denial = holds(first)
    while (flight.waiting.length > 0) {
      if (denial !== undefined) {
        for (const { resolve } of flight.waiting.splice(0)) resolve(again(denial))
        break
      }
      const asked = flight.waiting.slice(0, capacityOf(policy.rule))
      const left = this.#deadline - (this.#clock.now() - (asked[0]?.begun ?? 0))
      const decision = await this.#asking.ask([{ ...item, cost: asked.length }], 'upto', {
        timeout: Math.max(1, left),
      })
      const granted = decision.allowed ? flight.waiting.splice(0, decision.granted) : []
      for (const [n, { resolve }] of granted.entries()) if (decision.allowed) resolve(shareOfGrant(decision, policy, n))
      if (decision.allowed) continue
      flight.waiting.shift()?.resolve(decision)
      denial = decision
    }
    work.flights.delete(key)
  }

  #failed({ work, key }: WorkItem, flight: Flight, error: unknown): void {
    work.flights.delete(key)
    for (const { reject } of flight.waiting.splice(0)) reject(error)
  }
}

/** A denial that those who wait would be given, too. */
function holds(decision: Decision): Denial | undefined {
  return decision.allowed ? undefined : decision
}

/** The trip was counted with the first one. */
function again(denial: Denial): Denial {
  const mode = denial.mode === 'redis' || denial.mode === 'memory' ? 'deny-cache' : denial.mode
  return { ...denial, mode, trips: 0 }
}
