import type { Cancel } from '../../clock.ts'

/** The time as a gate sees it. What it schedules keeps the process alive, since a request waits for it. */
export interface GateClock {
  now(): number
  schedule(ms: number, callback: () => void): Cancel
}

/** What an answer says of those that come after it. */
export interface Outlook {
  /** How many more may come, as far as the server has counted; Infinity where it said nothing. */
  readonly remaining: number
  /** How long nobody may. */
  readonly closedMs: number
}

/**
 * Lets requests that share a quota pass as far as their server said: none while it is closed, no more than remain, and when
 * nothing was left one alone, until its answer tells how many more. Who waits passes in its order.
 */
export class Gate {
  readonly #clock: GateClock
  /** How many more may pass. */
  #left = Infinity
  #closedUntil = -Infinity
  #passing = 0
  #waiting: readonly Waiter[] = []
  #cancel: Cancel | undefined

  constructor(clock: GateClock) {
    this.#clock = clock
  }

  /**
   * Passes, now or when it is its turn.
   *
   * @param until when it would wait no longer.
   * @returns undefined when it has passed, and {@link leave} is to be called; or in how many milliseconds it might, which is
   *   too late. Rejects with the reason of `signal`.
   */
  async pass(until: number, signal: AbortSignal): Promise<number | undefined> {
    signal.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiter)
        // For those left, if there are any: a timer without a waiter would keep the process alive.
        this.#pump()
        reject(signal.reason as Error) // Whatever it is, it is what the caller gets.
      }
      const waiter: Waiter = {
        until,
        settle: (lateMs) => {
          signal.removeEventListener('abort', abort)
          resolve(lateMs)
        },
      }
      signal.addEventListener('abort', abort, { once: true })
      this.#waiting = [...this.#waiting, waiter]
      this.#pump()
    })
  }

  /** A request that passed has its answer; or has none, and has probably taken nothing. */
  leave(outlook: Outlook | undefined): void {
    this.#passing--
    if (outlook === undefined) this.#left++
    else {
      const { remaining, closedMs } = outlook
      // The server may not have counted those that are still under way.
      this.#left = Math.max(0, remaining - this.#passing)
      if (closedMs > 0) this.#closedUntil = Math.max(this.#closedUntil, this.#clock.now() + closedMs)
    }
    this.#pump()
  }

  #pump(): void {
    this.#cancel?.()
    this.#cancel = undefined
    const now = this.#clock.now()
    while (this.#waiting.length > 0 && this.#mayPass(now)) this.#letPass()
    const late = this.#waiting.filter(({ until }) => until <= now || until < this.#closedUntil)
    this.#waiting = this.#waiting.filter((waiter) => !late.includes(waiter))
    for (const waiter of late) waiter.settle(Math.max(0, this.#closedUntil - now))
    if (this.#waiting.length === 0) return
    const next = this.#closedUntil > now ? this.#closedUntil : Math.min(...this.#waiting.map(({ until }) => until))
    this.#cancel = this.#clock.schedule(Math.max(1, Math.ceil(next - now)), () => this.#pump())
  }

  #mayPass(now: number): boolean {
    // Where nothing is left, what is under way will tell; or somebody has to go and ask.
    return this.#closedUntil <= now && (this.#left >= 1 || this.#passing === 0)
  }

  #letPass(): void {
    const [first, ...others] = this.#waiting
    this.#waiting = others
    this.#left = Math.max(0, this.#left - 1)
    this.#passing++
    first?.settle(undefined)
  }
}

interface Waiter {
  /** When it waits no longer. */
  readonly until: number
  /** @param lateMs undefined when it passes. */
  settle(lateMs: number | undefined): void
}
