import { LRUCache } from 'lru-cache'
import { CHANGED, type TrackedKeys } from '../invalidation/tracked-keys.ts'
import type { Entry } from './entry.ts'

/** Bounds of what is kept in memory. */
export interface L1Options {
  /** Most entries. @default 10000 */
  readonly maxEntries?: number
  /** Most bytes, estimated from the encoded size. @default 67108864 (64 MiB) */
  readonly maxBytes?: number
}

export interface L1Stats {
  readonly entries: number
  readonly bytes: number
  readonly maxEntries: number
  readonly maxBytes: number
  /** The fuller of both bounds, 0 to 1. */
  readonly utilization: number
}

const DEFAULT_ENTRIES = 10_000
const DEFAULT_BYTES = 64 * 1024 * 1024

/** The entries of this process, the least recently used leaving first. Knows nothing of whether they may be used. */
export class L1 {
  readonly #entries: LRUCache<string, Entry>
  readonly #maxEntries: number
  readonly #maxBytes: number

  readonly #tracked: TrackedKeys | undefined

  /** @param tracked tells which entries are still what the backend has. */
  constructor({ maxEntries = DEFAULT_ENTRIES, maxBytes = DEFAULT_BYTES }: L1Options = {}, tracked?: TrackedKeys) {
    this.#tracked = tracked
    this.#maxEntries = maxEntries
    this.#maxBytes = maxBytes
    this.#entries = new LRUCache({ max: maxEntries, maxSize: maxBytes, sizeCalculation: (entry) => entry.weight })
  }

  get(path: string): Entry | undefined {
    return this.#entries.get(path)
  }

  /** Keeps an entry, unless one of the same generation that was loaded later is there, or its value is nobody else's. */
  put(path: string, entry: Entry): void {
    if (entry.content.kind === 'unstored') return
    const held = this.#entries.peek(path)
    const tracked = this.#tracked
    const newer = held !== undefined && held.generation === entry.generation && held.loadedClock > entry.loadedClock
    if (newer && (tracked === undefined || tracked.isCurrent(held.tracked))) return
    if (tracked !== undefined) entry.tracked = tracked.epochOf(path, entry.mark)
    this.#entries.set(path, entry)
  }

  /** The backend has something else under this path. */
  changed(path: string): void {
    const entry = this.#entries.peek(path)
    if (entry !== undefined) entry.tracked = CHANGED
  }

  /** Drops an entry, if it is still the one. */
  drop(path: string, entry: Entry): void {
    if (this.#entries.peek(path) === entry) this.#entries.delete(path)
  }

  delete(path: string): void {
    this.#entries.delete(path)
  }

  clear(): void {
    this.#entries.clear()
  }

  stats(): L1Stats {
    const { size, calculatedSize } = this.#entries
    const utilization = Math.max(size / this.#maxEntries, calculatedSize / this.#maxBytes)
    return { entries: size, bytes: calculatedSize, maxEntries: this.#maxEntries, maxBytes: this.#maxBytes, utilization }
  }
}
