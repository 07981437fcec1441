import type { Hint } from '../cache/cache-store.ts'
import type { Clock } from '../clock.ts'
import { MemoryClaims } from './claims.ts'
import { MemoryEntries } from './entries.ts'
import { MemoryLimits } from './limits/limits.ts'
import { MemorySessions } from './sessions/sessions.ts'
import { MemoryView } from './view.ts'

/** What all stores of one app over one memory backend share. */
export class MemoryData {
  readonly entries: MemoryEntries
  readonly view: MemoryView
  readonly claims: MemoryClaims = new MemoryClaims()
  readonly limits: MemoryLimits
  /** Each store's own listeners; what one store invalidates all of them hear. */
  readonly listeners: Set<(hint: Hint) => void> = new Set()
  readonly #sessions = new Map<string, MemorySessions>()
  readonly #maxSessions: number
  readonly #clock: Clock

  /** @param clock tells the time for all stores of the app, so that they agree on it. */
  constructor(
    clock: Clock,
    bounds: {
      readonly markers: number
      readonly maxEntries: number
      readonly maxBytes: number
      readonly maxSessions: number
      readonly maxLimits: number
    },
  ) {
    this.#clock = clock
    this.#maxSessions = bounds.maxSessions
    this.entries = new MemoryEntries(bounds)
    this.view = new MemoryView(bounds.markers)
    this.limits = new MemoryLimits(bounds.maxLimits)
  }

  sessions(namespace: string): MemorySessions {
    const sessions = this.#sessions.get(namespace) ?? new MemorySessions(this.#maxSessions)
    this.#sessions.set(namespace, sessions)
    return sessions
  }

  /** Milliseconds since 1970, told by the injected clock: near the wall clock's, never set back. */
  time(): number {
    return EPOCH + this.#clock.now()
  }
}

/** The wall clock's time when this process started, from where the monotonic clock counts. */
const EPOCH = Math.round(performance.timeOrigin)
