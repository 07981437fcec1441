import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'

/**
 * The time that one operation of the cache may spend in the backend, over all its calls together. After a failure
 * there is none left: an operation meets a stalled backend once.
 */
export class Budget {
  readonly #clock: Clock
  #left: number

  constructor(clock: Clock, deadline: number) {
    this.#clock = clock
    this.#left = deadline
  }

  get spent(): boolean {
    return this.#left <= 0
  }

  /** Makes one call with what is left. */
  async use<T>(call: (timeout: number) => Promise<T>): Promise<T> {
    if (this.spent) throw new RedstartError('STORE_TIMEOUT', 'the deadline of this operation is used up')
    const begun = this.#clock.now()
    try {
      const result = await call(Math.ceil(this.#left))
      this.#left -= this.#clock.now() - begun
      return result
    } catch (error) {
      this.#left = 0
      throw error
    }
  }
}
