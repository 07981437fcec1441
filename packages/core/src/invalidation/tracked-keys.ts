import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { KeyTracking, TrackingStore } from './tracking-store.ts'

export interface TrackedKeysOptions {
  readonly store: TrackingStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds for which a confirmation stands. */
  readonly maxStaleness: number
  /** Milliseconds that one confirmation may take. */
  readonly deadline: number
  /** The entry of this path is no longer what memory holds. */
  readonly changed: (path: string) => void
}

/** {@link TrackedKeys.epochOf} of an entry that was changed in the backend after it was read. */
export const CHANGED: number = -1
/** The same of one that may have been. */
export const UNKNOWN: number = 0

/** Changes that are remembered for the reads that are on their way; beyond it, those reads fill nothing. */
const MOST_CHANGES = 10_000

/**
 * What was changed in the backend, for entries that programs without any idea of Redstart change: a copy in memory may
 * be used while nothing was told of its key since it was read, and the backend has said within `maxStaleness` that it
 * has told everything. Word of a change travels on a connection of its own and may overtake the reply to a read, so each
 * copy is judged by what was known when its read was sent.
 */
export class TrackedKeys {
  readonly #options: TrackedKeysOptions
  readonly #tracking: KeyTracking
  /** Grows with each loss: copies of an earlier epoch may not be used. */
  #epoch = UNKNOWN + 1
  #provenAt = -Infinity
  #renewing = false
  /** Counts the changes and losses. */
  #order = 0
  readonly #changes = new Map<string, number>()
  /** Changes up to this one may have been forgotten. */
  #floor = 0

  constructor(options: TrackedKeysOptions) {
    this.#options = options
    this.#tracking = options.store.track({
      changed: (path) => this.#changed(path),
      lost: () => this.#lost(),
    })
  }

  /** The place in the order of changes, to be taken before the read of an entry is sent. */
  mark(): number {
    this.#proven(this.#options.clock.now())
    return this.#order
  }

  /** What a copy that was read after `mark` is good for: hand it to {@link covers} at each use. */
  epochOf(path: string, mark: number): number {
    if (this.lastChange(path) > mark) return CHANGED
    return this.#floor > mark ? UNKNOWN : this.#epoch
  }

  /** The place in the order of changes of the last one that was told of this path; 0 where none is remembered. */
  lastChange(path: string): number {
    return this.#changes.get(path) ?? 0
  }

  /** Nothing was told against a copy of this epoch. */
  isCurrent(epoch: number): boolean {
    return epoch === this.#epoch
  }

  /** Whether a copy of this epoch is still what the backend has, so far as that can be said within `maxStaleness`. */
  covers(epoch: number, now: number): boolean {
    return this.#proven(now) && epoch === this.#epoch
  }

  /** True while the backend's word is young enough. Renews it in the background, because it is in use. */
  #proven(now: number): boolean {
    const { maxStaleness } = this.#options
    const age = now - this.#provenAt
    if (age > maxStaleness / 2 && !this.#renewing) this.#renew()
    return age <= maxStaleness
  }

  #changed(path: string): void {
    this.#order++
    // Set anew at the end, so that the oldest change comes first.
    this.#changes.delete(path)
    this.#changes.set(path, this.#order)
    for (const [oldest, order] of this.#changes) {
      if (this.#changes.size <= MOST_CHANGES) break
      this.#changes.delete(oldest)
      this.#floor = order
    }
    this.#options.changed(path)
  }

  #lost(): void {
    this.#order++
    this.#epoch++
    this.#floor = this.#order
    this.#changes.clear()
    this.#provenAt = -Infinity
  }

  #renew(): void {
    const { clock, deadline } = this.#options
    this.#renewing = true
    const over = (): void => void (this.#renewing = false)
    // Not at once again: without an answer every use would ask anew.
    void this.#confirmed().then((confirmed) => (confirmed ? over() : clock.schedule(deadline / 10, over)))
  }

  /** Whether it could be confirmed; tells why not. */
  async #confirmed(): Promise<boolean> {
    try {
      return await this.#confirm()
    } catch (error) {
      if (RedstartError.is(error, 'CLOSED')) return false
      const code = RedstartError.is(error) ? error.code : 'STORE_FAILED'
      this.#options.telemetry.emit({ type: 'store.error', operation: 'track', code, error })
      return false
    }
  }

  /** A confirmation that begins with a loss, as the first one does, says nothing of the time before: asks again. */
  async #confirm(): Promise<boolean> {
    const { clock, deadline } = this.#options
    for (let attempts = 0; attempts < 2; attempts++) {
      const epoch = this.#epoch
      const sent = clock.now()
      await this.#tracking.confirm(deadline)
      if (epoch !== this.#epoch) continue
      this.#provenAt = sent
      return true
    }
    return false
  }
}
