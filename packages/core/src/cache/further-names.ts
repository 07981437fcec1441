import { decide, type Verdict } from '../invalidation/view.ts'
import type { Budget } from './budget.ts'
import type { Engine } from './engine.ts'
import type { Entry } from './entry.ts'

/** Sets of further names that one entry is remembered to be valid by. */
const MOST_SETS = 64

/**
 * Decides entries by names that they do not carry, but whoever reads them does. That an entry is confirmed by its own names
 * says nothing of these, so what is known by them is kept apart.
 */
export class FurtherNames {
  readonly #engine: Pick<Engine, 'coherence' | 'clock' | 'queue'>
  /** For each set of names, the clock as of which nothing of it had hit the entry. */
  readonly #confirmed = new WeakMap<Entry, Map<string, number>>()

  constructor(engine: Pick<Engine, 'coherence' | 'clock' | 'queue'>) {
    this.#engine = engine
  }

  /** What cannot be known is gone. Asks the backend where this process has forgotten too much to say. */
  decide(
    entry: Entry,
    names: readonly string[],
    budget: () => Budget,
  ): Exclude<Verdict, 'ask'> | Promise<Exclude<Verdict, 'ask'>> {
    if (names.length === 0) return 'valid'
    const { coherence, clock } = this.#engine
    const set = names.join('\n')
    const stamp = {
      generation: entry.generation,
      clock: this.#confirmed.get(entry)?.get(set) ?? entry.loadedClock,
      ...{ names, sequence: entry.sequence, since: entry.since },
    }
    const now = clock.now()
    const verdict = coherence.proven(now, entry.since) ? coherence.decide(stamp, now) : 'ask'
    if (verdict === 'valid') this.#confirm(entry, set, coherence.view.clock)
    return verdict === 'ask' ? this.#ask(entry, stamp, set, budget()) : verdict
  }

  async #ask(
    entry: Entry,
    stamp: Parameters<Engine['coherence']['decide']>[0],
    set: string,
    budget: Budget,
  ): Promise<Exclude<Verdict, 'ask'>> {
    const { coherence, clock, queue } = this.#engine
    try {
      const { snapshot } = await budget.use((timeout) => queue.fetch(undefined, stamp.names, false, timeout))
      if (snapshot === undefined || !coherence.pending.allows(stamp.names, stamp.sequence)) return 'gone'
      const verdict = decide(stamp, snapshot, 'gone', coherence.time.judging(clock.now()))
      if (verdict === 'gone' || verdict === 'ask') return 'gone'
      if (verdict === 'stale' || coherence.pending.marks(stamp.names, stamp.sequence)) return 'stale'
      this.#confirm(entry, set, snapshot.clock)
      return 'valid'
    } catch {
      // Whoever met the backend has told why.
      return 'gone'
    }
  }

  #confirm(entry: Entry, set: string, clock: number): void {
    const sets = this.#confirmed.get(entry) ?? new Map<string, number>()
    if (sets.size >= MOST_SETS) sets.clear()
    sets.set(set, Math.max(clock, sets.get(set) ?? 0))
    this.#confirmed.set(entry, sets)
  }
}
