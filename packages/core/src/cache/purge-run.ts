import { RedstartError } from '../errors.ts'
import { EVERYTHING, keyName, type Name, narrowestPrefix } from '../invalidation/names.ts'
import { isPath } from '../keys.ts'
import type { CacheStore } from './cache-store.ts'
import type { Flights } from './flights.ts'
import type { Glob } from './glob.ts'
import type { L1 } from './l1.ts'
import type { Invalidator, Reached } from './targets.ts'

/** How far a purge has come. */
export interface PurgeProgress {
  /** Matching entries that were found, in this process's memory too; one that was found again counts again. */
  readonly scanned: number
  /** Those that were still in the backend and were removed from it. */
  readonly removed: number
  /**
   * Where too many entries matched to be invalidated one by one: what all of them begin with, a prefix that ends at a `:`,
   * or an empty string for everything. All that is under it was invalidated, matching or not.
   */
  readonly widened: string | undefined
}

export interface PurgeParts {
  readonly store: CacheStore
  readonly invalidator: Invalidator
  readonly l1: L1
  readonly flights: Flights
  /** Milliseconds that one call to the backend may take. */
  readonly deadline: number
}

/**
 * Entries that one purge invalidates one by one. Each costs a marker; Redis keeps 100 000 of them, and to forget another
 * one for it makes misses of all that is older: in that one's namespace, or everywhere where it is a tag's.
 */
const MOST_MARKED = 20_000

/** One purge: what it has seen, invalidated and removed so far. */
export class PurgeRun {
  reached: Reached['reached'] = 'all'
  readonly #parts: PurgeParts
  readonly #match: Glob
  #scanned = 0
  #removed = 0
  #marked = 0
  #widened: string | undefined
  /** One invalidation hides all that matches: no entry needs one of its own. */
  #covered = false

  constructor(parts: PurgeParts, match: Glob) {
    this.#parts = parts
    this.#match = match
  }

  /** Invalidates everything at once where the pattern is a prefix. */
  async begin(): Promise<void> {
    const { shape, literal } = this.#match
    const prefix = narrowestPrefix(literal)
    if (shape !== 'beginning' || prefix !== `p:${literal}`) return
    await this.#raise([prefix])
    this.#covered = true
  }

  /** What this process has in memory or loads just now; the backend may not have it. */
  heldHere(): readonly string[] {
    if (this.#covered) return []
    const { l1, flights } = this.#parts
    return [...l1.paths(), ...flights.paths()].filter((path) => this.#match.matches(path))
  }

  async *steps(): AsyncGenerator<readonly string[], void, undefined> {
    const { store, deadline } = this.#parts
    const { shape, literal } = this.#match
    if (shape !== 'one') yield* store.scan({ match: this.#match }, deadline)
    else if (isPath(literal)) yield [literal]
  }

  /** Invalidates first: what is loaded just now must not come back. */
  async remove(paths: readonly string[]): Promise<void> {
    const { store, deadline, l1 } = this.#parts
    this.#scanned += paths.length
    if (!this.#covered && this.#marked + paths.length > MOST_MARKED) await this.#widen()
    if (!this.#covered) {
      this.#marked += paths.length
      await this.#raise(paths.map(keyName))
    }
    for (const path of paths) l1.delete(path)
    this.#removed += await store.remove(paths, deadline)
  }

  progress(): PurgeProgress {
    return { scanned: this.#scanned, removed: this.#removed, widened: this.#widened }
  }

  /** Says how far it came, where the backend failed. */
  explain(error: unknown): unknown {
    if (!RedstartError.is(error) || !error.code.startsWith('STORE_')) return error
    return new RedstartError(
      error.code,
      `the purge of ${JSON.stringify(this.#match.source)} stopped after ${this.#removed} entries were removed of ${this.#scanned} found so far: ${error.message}; call it again for the others`,
      { cause: error },
    )
  }

  async #widen(): Promise<void> {
    const prefix = narrowestPrefix(this.#match.literal)
    await this.#raise([prefix])
    this.#widened = prefix.slice(EVERYTHING.length)
    this.#covered = true
  }

  async #raise(names: readonly Name[]): Promise<void> {
    const { reached } = await this.#parts.invalidator.raise(names, 'immediate', [])
    if (reached === 'here') this.reached = 'here'
  }
}
