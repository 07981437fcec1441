import type { Context } from './context.ts'
import { MAX_STALENESS } from './entry.ts'

/** The server's wall clock, which somebody may set. */
export class ServerClock {
  readonly #context: Context
  #offset = 0
  #steppedAt = -Infinity

  constructor(context: Context) {
    this.#context = context
  }

  get now(): number {
    return this.#context.now + this.#offset
  }

  step(offset: number): void {
    this.#offset = offset
    this.#steppedAt = this.#context.now
  }

  /**
   * Since when it has passed a deadline, as far as the claim goes: after a step of the wall clock, the processes have
   * `maxStaleness` to learn of it.
   */
  passedSince(deadline: number): number {
    return Math.max(deadline - this.#offset, this.#steppedAt + MAX_STALENESS)
  }
}
