import type { Telemetry } from '../telemetry/telemetry.ts'
import type { WaitUntil } from './call-options.ts'

/** Work that no caller waits for. */
export class Background {
  readonly #waitUntil: WaitUntil | undefined
  readonly #telemetry: Telemetry
  readonly #running = new Set<Promise<unknown>>()

  /** @param waitUntil of the instance: is handed what a call hands to none of its own. */
  constructor(waitUntil: WaitUntil | undefined, telemetry: Telemetry) {
    this.#waitUntil = waitUntil
    this.#telemetry = telemetry
  }

  /** Takes note of work; its failure has been told where it happened. */
  add(work: Promise<unknown>, waitUntil: WaitUntil | undefined = this.#waitUntil): void {
    const done = work.then(
      () => undefined,
      () => undefined,
    )
    this.#running.add(done)
    void done.then(() => this.#running.delete(done))
    // What keeps the process alive is the application's; should it fail, the work goes on without it.
    if (waitUntil !== undefined) this.#telemetry.tell(waitUntil, done)
  }

  /** Resolves when none runs any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
