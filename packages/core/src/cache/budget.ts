import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'

/**
 * The time that one operation of the cache may spend in the backend, over all its calls together. After a failure
 * there is none left, neither for it nor for what runs inside it or around it: a stalled backend is met once.
 */
export class Budget {
  readonly #clock: Clock
  readonly #outer: Budget | undefined
  #left: number
  #failed = false

  /** @param outer of the load that this operation is part of. */
  constructor(clock: Clock, deadline: number, outer?: Budget) {
    this.#clock = clock
    this.#outer = outer
    this.#left = deadline
  }

  get spent(): boolean {
    return this.#left <= 0 || this.#isFailed()
  }

  /**
   * Makes one call with what is left.
   *
   * @param tookOf milliseconds of the call that were the backend's; all of them where it is left out.
   */
  use<T>(call: (timeout: number) => Promise<T>, tookOf?: (result: T) => number): Promise<T> {
    if (this.spent)
      return Promise.reject(new RedstartError('STORE_TIMEOUT', 'the deadline of this operation is used up'))
    const begun = this.#clock.now()
    // Not async: this is the path of every hit in the backend.
    return call(Math.ceil(this.#left)).then(
      (result) => {
        this.#left -= tookOf === undefined ? this.#clock.now() - begun : tookOf(result)
        return result
      },
      (error: unknown) => {
        this.#fail()
        throw error
      },
    )
  }

  /** Counts what another operation spent as spent here: this one has waited for it, and need not meet the backend again. */
  share(other: Budget): void {
    this.#left = Math.min(this.#left, other.#left)
    if (other.#isFailed()) this.#fail()
  }

  #isFailed(): boolean {
    return this.#failed || (this.#outer !== undefined && this.#outer.#isFailed())
  }

  #fail(): void {
    this.#failed = true
    if (this.#outer !== undefined) this.#outer.#fail()
  }
}
