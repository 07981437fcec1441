import type { Cancel, Clock } from '../clock.ts'
import type { Activity, SessionStore } from './session-store.ts'

/** Puts together what sessions did, so that counting them costs no request anything. */
export class ActivityLog {
  readonly #store: SessionStore
  readonly #clock: Clock
  readonly #timeout: number
  #noted: Activity[] = []
  #flush: Cancel | undefined

  constructor(store: SessionStore, clock: Clock, timeout: number) {
    this.#store = store
    this.#clock = clock
    this.#timeout = timeout
  }

  note(activity: Activity): void {
    // Statistics are not worth memory without bound.
    if (this.#noted.length >= MOST) return
    this.#noted.push(activity)
    this.#flush ??= this.#clock.schedule(EVERY_MS, () => void this.flush())
  }

  /** Sends what was noted. What is lost on the way is missing in the statistics until its session is used again. */
  async flush(): Promise<void> {
    this.#flush?.()
    this.#flush = undefined
    const noted = this.#noted
    this.#noted = []
    if (noted.length > 0) await this.#store.note(noted, this.#timeout).catch(() => undefined)
  }
}

const EVERY_MS = 1000
const MOST = 100_000
