import type { Cancel, Clock } from '../../clock.ts'

/** Something with connections. */
export interface Closable {
  close(): Promise<void>
}

/** Longer than the calls that were sent take, as a rule. */
const LINGER_MS = 2000

/** Closes what is not needed any more, after a while in which the calls that it has sent can still be answered. */
export class Retirement {
  readonly #clock: Clock
  readonly #lingering = new Map<Closable, Cancel>()
  readonly #closing = new Set<Promise<void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(thing: Closable): void {
    this.#lingering.set(
      thing,
      this.#clock.schedule(LINGER_MS, () => void this.#close(thing)),
    )
  }

  /** Closes everything at once. */
  async close(): Promise<void> {
    for (const [thing, cancel] of [...this.#lingering]) {
      cancel()
      void this.#close(thing)
    }
    await Promise.all(this.#closing)
  }

  async #close(thing: Closable): Promise<void> {
    this.#lingering.delete(thing)
    const closing = thing.close()
    this.#closing.add(closing)
    await closing
    this.#closing.delete(closing)
  }
}
