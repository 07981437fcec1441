import type { Clock } from '../clock.ts'
import type { Coherence, Decidable } from '../invalidation/coherence.ts'

interface FailedLoad {
  readonly error: unknown
  /** Own instant. */
  readonly until: number
  readonly stamp: Decidable
}

/** Failures that are remembered; the oldest are forgotten first. */
const MOST_FAILURES = 10_000

/** Loads that have failed lately. A failure is decided as an entry would be: what invalidates the entry ends it. */
export class FailedLoads {
  readonly #coherence: Coherence
  readonly #clock: Clock
  readonly #failures = new Map<string, FailedLoad>()

  constructor(coherence: Coherence, clock: Clock) {
    this.#coherence = coherence
    this.#clock = clock
  }

  /**
   * @param stamp what an entry of this load would have been bound to.
   * @param ttl milliseconds.
   */
  remember(path: string, stamp: Decidable, error: unknown, ttl: number): void {
    this.#failures.delete(path)
    this.#failures.set(path, { error, until: this.#clock.now() + ttl, stamp })
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MOST_FAILURES) return
      this.#failures.delete(oldest)
    }
  }

  /** The failure that stands for a load now: as an entry would, only while what is known of invalidations is proven. */
  recall(path: string): Pick<FailedLoad, 'error' | 'stamp'> | undefined {
    const failure = this.#failures.get(path)
    if (failure === undefined) return undefined
    const now = this.#clock.now()
    if (now < failure.until && this.#coherence.decide(failure.stamp, now) === 'valid')
      return this.#coherence.proven(now, failure.stamp.since) ? failure : undefined
    this.#failures.delete(path)
    return undefined
  }

  forget(path: string): void {
    this.#failures.delete(path)
  }
}
