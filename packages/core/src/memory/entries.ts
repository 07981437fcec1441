import { LRUCache } from 'lru-cache'
import type { TouchRequest, WriteRequest } from '../cache/cache-store.ts'
import { RedstartError } from '../errors.ts'
import { withLife } from '../wire/life.ts'
import { clockOf } from './rank.ts'

interface Stored {
  readonly bytes: Uint8Array
  readonly expires: number
}

/** What an entry costs beside its bytes and its key: two objects and a slot in the cache, measured at about 200 bytes. */
const OVERHEAD = 200

/**
 * The bytes of the entries, bounded in number and size. An expired entry is dropped when it is looked at; until then it
 * counts, and leaves as the least recently used.
 */
export class MemoryEntries {
  readonly #stored: LRUCache<string, Stored>
  readonly #maxEntries: number
  readonly #maxBytes: number

  constructor(bounds: { readonly maxEntries: number; readonly maxBytes: number }) {
    this.#maxEntries = bounds.maxEntries
    this.#maxBytes = bounds.maxBytes
    // The number of entries is bounded below, not by `max`, for which lru-cache would allocate all slots at once.
    this.#stored = new LRUCache({ maxSize: bounds.maxBytes, sizeCalculation: sizeOf })
  }

  /** A copy of the bytes, so that no caller can change what is stored. */
  get(key: string, now: number): Uint8Array | undefined {
    const stored = this.#live(key, now)
    return stored && new Uint8Array(stored.bytes)
  }

  /**
   * Stores a copy, unless an entry of the same generation with a higher clock is there.
   *
   * @throws RedstartError `VALUE_TOO_LARGE` when it can never fit.
   */
  set({ key, bytes, ttl, generation, clock }: WriteRequest, now: number): boolean {
    const there = this.#live(key, now)
    const rank = there && clockOf(there.bytes, generation)
    if (rank !== undefined && rank > clock) return false
    const stored = { bytes: new Uint8Array(bytes), expires: now + ttl }
    const size = sizeOf(stored, key)
    if (size > this.#maxBytes) {
      throw new RedstartError(
        'VALUE_TOO_LARGE',
        `An entry of ${size} bytes is larger than the memory backend may hold (${this.#maxBytes}); raise maxBytes of memory()`,
      )
    }
    this.#stored.set(key, stored)
    if (this.#stored.size > this.#maxEntries) this.#stored.pop()
    return true
  }

  /** Gives an entry another life, if the one of that generation and clock is still there. */
  touch({ key, ttl, generation, clock, freshUntil, staleUntil }: TouchRequest, now: number): boolean {
    const there = this.#live(key, now)
    if (there === undefined || clockOf(there.bytes, generation) !== clock) return false
    this.#stored.set(key, { bytes: withLife(there.bytes, freshUntil, staleUntil), expires: now + ttl })
    return true
  }

  delete(key: string): void {
    this.#stored.delete(key)
  }

  /** All there are, the expired ones included. */
  keys(): string[] {
    return [...this.#stored.keys()]
  }

  has(key: string, now: number): boolean {
    const stored = this.#stored.peek(key)
    return stored !== undefined && stored.expires > now
  }

  #live(key: string, now: number): Stored | undefined {
    const stored = this.#stored.get(key)
    if (stored === undefined || stored.expires > now) return stored
    this.#stored.delete(key)
    return undefined
  }
}

function sizeOf(stored: Stored, key: string): number {
  return stored.bytes.byteLength + key.length * 2 + OVERHEAD
}
