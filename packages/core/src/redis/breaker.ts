import type { Cancel, Clock } from '../clock.ts'

/** How a breaker trips and tries again. */
export interface BreakerOptions {
  readonly clock: Clock
  /** Consecutive failures that open it. */
  readonly failures: number
  /** Milliseconds for which it stays open the first time; doubled, with jitter, each time that the probe fails. */
  readonly openFor: number
  readonly longest: number
  /** Finds out whether the server answers again; never a user's request. */
  readonly probe: () => Promise<unknown>
  /** From 0 to 1, for the jitter. */
  readonly random: () => number
}

/** `closed`: calls pass. `open`: they fail at once. `probing`: like open, and one probe is on its way. */
export type BreakerState = 'closed' | 'open' | 'probing'

/**
 * Lets calls to one server fail at once while it does not answer. It counts failures of the transport that started at
 * different times, one after the other without a success: a burst that meets one stall is one failure. Errors that the
 * server answers with are successes here.
 */
export class Breaker {
  readonly #options: BreakerOptions
  #state: BreakerState = 'closed'
  #failures = 0
  /** When the last failure was counted: calls that had been made by then met the same stall. */
  #lastFailure = -Infinity
  #openFor: number
  #timer: Cancel | undefined
  /** When it should have tried again, or had an answer, at the latest. */
  #due = Infinity
  /** Grows with each probe, so that one that was given up is told apart. */
  #probes = 0

  constructor(options: BreakerOptions) {
    this.#options = options
    this.#openFor = options.openFor
  }

  get state(): BreakerState {
    return this.#state
  }

  /**
   * A call was refused because of it. Tries again where a timer did not, or a probe never ended: some places end both
   * with the request that began them.
   */
  refused(): void {
    if (this.#options.clock.now() <= this.#due) return
    this.#timer?.()
    void this.#probe()
  }

  /** A call was answered. */
  succeeded(): void {
    this.#failures = 0
  }

  /** The server answered something that was not a call: a new connection's check. */
  recovered(): void {
    this.#failures = 0
    if (this.#state === 'closed') return
    this.#timer?.()
    this.#openFor = this.#options.openFor
    this.#state = 'closed'
    this.#due = Infinity
  }

  /** @param startedAt the instant at which the call was made. */
  failed(startedAt: number): void {
    const now = this.#options.clock.now()
    if (this.#state !== 'closed' || startedAt < this.#lastFailure || now <= this.#lastFailure) return
    this.#lastFailure = now
    this.#failures++
    if (this.#failures >= this.#options.failures) this.#open()
  }

  /** Stops trying; calls keep failing. */
  close(): void {
    this.#timer?.()
    this.#state = 'open'
    this.#due = Infinity
  }

  #open(): void {
    const { clock, random, longest } = this.#options
    this.#state = 'open'
    const wait = this.#openFor * (0.5 + random() / 2)
    this.#openFor = Math.min(longest, this.#openFor * 2)
    this.#due = clock.now() + wait + LATE_MS
    this.#timer = clock.schedule(wait, () => void this.#probe())
  }

  async #probe(): Promise<void> {
    this.#state = 'probing'
    this.#due = this.#options.clock.now() + this.#options.longest + LATE_MS
    const probe = (this.#probes += 1)
    const again = await this.#options.probe().then(
      () => false,
      () => true,
    )
    // It may have recovered, or been closed, meanwhile.
    if (this.#state !== 'probing' || probe !== this.#probes) return
    if (again) this.#open()
    else this.recovered()
  }
}

/** How late a timer may be on a busy machine. */
const LATE_MS = 1000
