import type { KeyListener, KeyTracking, TrackingStore } from '../../src/invalidation/tracking-store.ts'

/** A confirmation that was asked for. */
export interface Asked {
  readonly timeout: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** A backend that tells what the test has it tell. */
export class ToldByHand implements TrackingStore {
  /** In the order of asking; those that were answered, too. */
  readonly asked: Asked[] = []
  #listener: KeyListener | undefined

  track(listener: KeyListener): KeyTracking {
    this.#listener = listener
    return {
      confirm: (timeout) => new Promise((resolve, reject) => this.asked.push({ timeout, resolve, reject })),
    }
  }

  change(...paths: readonly string[]): void {
    for (const path of paths) this.#listener?.changed(path)
  }

  lose(): void {
    this.#listener?.lost()
  }

  /** Says yes to the last confirmation, and lets it be heard. */
  async confirm(): Promise<void> {
    this.asked.at(-1)?.resolve()
    await settle()
  }

  /** Refuses the last confirmation, and lets it be heard. */
  async refuse(error: unknown): Promise<void> {
    this.asked.at(-1)?.reject(error)
    await settle()
  }
}

/** Lets promises go on. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
