import type { ByteCache } from '@redstart/core/byte-cache'
import { invalidatedTags } from './next-tags.ts'

/** As Next.js says when something that is stale is gone: in seconds. */
export interface Durations {
  readonly expire?: number
}

/**
 * Invalidations by tags. One call of `revalidateTag()` reaches every handler that there is: what is asked for in the same turn
 * is made once.
 */
export class TagUpdates {
  readonly #cache: ByteCache
  #waiting = new Map<number | undefined, Set<string>>()
  #making: Promise<void> | undefined

  constructor(cache: ByteCache) {
    this.#cache = cache
  }

  /** Resolves when it has been made everywhere, or here, to be sent again. */
  update(tags: readonly string[], durations: Durations | undefined): Promise<void> {
    const within = withinOf(durations)
    const waiting = this.#waiting.get(within) ?? new Set<string>()
    for (const tag of invalidatedTags(tags)) waiting.add(tag)
    this.#waiting.set(within, waiting)
    this.#making ??= Promise.resolve().then(() => this.#make())
    return this.#making
  }

  async #make(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = new Map()
    this.#making = undefined
    for (const [within, tags] of waiting) if (tags.size > 0) await this.#cache.invalidate([...tags], within)
  }
}

/** Milliseconds; undefined for at once. Without an end, what is stale stays so until it is replaced. */
function withinOf(durations: Durations | undefined): number | undefined {
  if (durations === undefined) return undefined
  const { expire = Infinity } = durations
  return expire > 0 ? Math.min(expire * 1000, LONGEST_MS) : undefined
}

/** A hundred years. */
const LONGEST_MS = 100 * 366 * 86_400_000
