import type { WaitUntil } from './call-options.ts'

/** Work that no caller waits for. */
export class Background {
  readonly #waitUntil: WaitUntil | undefined
  readonly #running = new Set<Promise<unknown>>()

  /** @param waitUntil of the instance: is handed what a call hands to none of its own. */
  constructor(waitUntil: WaitUntil | undefined) {
    this.#waitUntil = waitUntil
  }

  /** Takes note of work; its failure has been told where it happened. */
  add(work: Promise<unknown>, waitUntil: WaitUntil | undefined = this.#waitUntil): void {
    const done = work.then(
      () => undefined,
      () => undefined,
    )
    this.#running.add(done)
    void done.then(() => this.#running.delete(done))
    try {
      waitUntil?.(done)
    } catch {
      // What keeps the process alive is the application's; the work goes on without it.
    }
  }

  /** Resolves when none runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
