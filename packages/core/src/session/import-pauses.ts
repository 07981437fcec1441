import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

interface Pause {
  readonly failures: number
  readonly until: number
}

/** When a session of another library that could not be brought over is tried again: its cookie comes with every request. */
export class ImportPauses {
  readonly #clock: Clock
  readonly #pauses = new LRUCache<string, Pause>({ max: MOST })

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether it is too early to try it again. */
  isPausing(key: string): boolean {
    const pause = this.#pauses.get(key)
    return pause !== undefined && this.#clock.now() < pause.until
  }

  /** Somebody else is trying at this moment. */
  busy(key: string): void {
    const { failures } = this.#pauses.get(key) ?? NONE
    this.#pauses.set(key, { failures, until: this.#clock.now() + SHORTEST_MS })
  }

  /** It has failed: the next pause is twice as long, up to five minutes. True for the first time. */
  failed(key: string): boolean {
    const { failures } = this.#pauses.get(key) ?? NONE
    const pause = Math.min(SHORTEST_MS * 2 ** failures, LONGEST_MS)
    this.#pauses.set(key, { failures: failures + 1, until: this.#clock.now() + pause })
    return failures === 0
  }
}

const NONE: Pause = { failures: 0, until: 0 }
const SHORTEST_MS = 1000
const LONGEST_MS = 300_000
/** Of more than these some are tried sooner. */
const MOST = 10_000
