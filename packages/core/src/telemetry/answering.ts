import type { Clock } from '../clock.ts'
import type { EventOf } from './hooks.ts'

/** Failures that say that nobody answers; any other is an answer. */
const SILENCE: readonly string[] = ['STORE_TIMEOUT', 'STORE_UNAVAILABLE']

/** Knows whether the backend answers, from what came of calls to it, and tells each change once. */
export class Answering {
  readonly #clock: Clock
  readonly #tell: (event: EventOf<'store.degraded'> | EventOf<'store.recovered'>) => void
  /** Own instant of the first failure; undefined while it answers. */
  #failedAt: number | undefined

  constructor(clock: Clock, tell: (event: EventOf<'store.degraded'> | EventOf<'store.recovered'>) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  failed({ operation, code }: EventOf<'store.error'>): void {
    // Word of changes comes on a connection of its own.
    if (this.#failedAt !== undefined || operation === 'track' || !SILENCE.includes(code)) return
    this.#failedAt = this.#clock.now()
    this.#tell({ type: 'store.degraded', operation, code })
  }

  /**
   * The backend answered, and nothing waits for it any more.
   *
   * @param sent own instant of the call. One that was made before the failure says nothing of what came after it.
   */
  answered(sent: number): void {
    const failedAt = this.#failedAt
    if (failedAt === undefined || sent < failedAt) return
    this.#failedAt = undefined
    this.#tell({ type: 'store.recovered', milliseconds: this.#clock.now() - failedAt })
  }
}
