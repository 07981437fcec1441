import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import { CHANGED, type TrackedKeys } from '../invalidation/tracked-keys.ts'
import { type Entry, freshnessOf } from './entry.ts'
import { fits, type Form } from './form.ts'
import type { L1 } from './l1.ts'

/**
 * What this process holds of an entry. `unsure` needs the backend's word before it may be used; of a `suspect` one the
 * backend may have another version, so that it must be read again. An `expired` one has left: a loader may compare with it.
 */
export type Held =
  | { readonly kind: 'fresh' | 'stale' | 'unsure' | 'suspect' | 'expired'; readonly entry: Entry }
  | undefined

export interface HeldParts {
  readonly l1: L1
  readonly coherence: Coherence
  readonly clock: Clock
  readonly strict: boolean
  readonly outage: 'load' | 'serve'
  /** Milliseconds for which anything known stands. */
  readonly maxStaleness: number
  /** Where entries are tracked by key, too. */
  readonly tracked: TrackedKeys | undefined
}

/** Decides the entries in memory by this process's own view. */
export class HeldEntries {
  readonly #l1: L1
  readonly #coherence: Coherence
  readonly #clock: Clock
  readonly #strict: boolean
  readonly #serveUnproven: boolean
  readonly #maxStaleness: number
  readonly #tracked: TrackedKeys | undefined

  constructor(parts: HeldParts) {
    this.#l1 = parts.l1
    this.#coherence = parts.coherence
    this.#clock = parts.clock
    this.#strict = parts.strict
    this.#serveUnproven = parts.outage === 'serve'
    this.#maxStaleness = parts.maxStaleness
    this.#tracked = parts.tracked
  }

  /**
   * The entry if it may be used as it is, without asking anybody. This is the hot path: it allocates nothing, and looks
   * no name up while the view has not changed since the entry was last decided.
   */
  hit(path: string): Entry | undefined {
    const entry = this.#l1.get(path)
    if (entry === undefined || this.#strict) return undefined
    const coherence = this.#coherence
    const now = this.#clock.now()
    if (entry.confirmed !== coherence.view.version || !coherence.pending.empty || !coherence.proven(now, entry.since))
      return undefined
    if (this.#tracked !== undefined && !this.#tracked.covers(entry.tracked, now)) return undefined
    return now + coherence.time.latestOffset < entry.hitUntil ? entry : undefined
  }

  /** Decides an entry anew. One that can never be used again leaves; one that was kept for readers of another form stays. */
  look(path: string, form: Pick<Form, 'shape' | 'schema'>): Held {
    const coherence = this.#coherence
    const entry = this.#l1.get(path)
    if (entry === undefined || !fits(entry.form, form)) return undefined
    const now = this.#clock.now()
    const verdict = coherence.decide(entry, now)
    const freshness = freshnessOf(entry, coherence.time.latest(now))
    if (verdict === 'gone' || freshness === 'expired') {
      this.#l1.drop(path, entry)
      return verdict === 'gone' ? undefined : { kind: 'expired', entry }
    }
    if (this.#tracked !== undefined && !this.#tracked.covers(entry.tracked, now)) return { kind: 'suspect', entry }
    if (verdict === 'ask' || !coherence.proven(now, entry.since)) return { kind: 'unsure', entry }
    if (verdict === 'valid') {
      // Nothing is known against it up to the view's clock, so it may carry that clock.
      entry.clock = Math.max(entry.clock, coherence.view.clock)
      entry.confirmed = coherence.view.version
    }
    return { kind: verdict === 'stale' ? 'stale' : freshness, entry }
  }

  /** The same for who does not ask: with strict consistency nothing may be used unasked. */
  peek(path: string, form: Pick<Form, 'shape' | 'schema'>): Held {
    return this.#strict ? undefined : this.look(path, form)
  }

  /** Whether a fresh entry is to be refreshed before it ends. */
  isDue(entry: Entry): boolean {
    return this.#coherence.time.latest(this.#clock.now()) >= entry.hitUntil
  }

  /** The place in the order of tracked changes of the last one of this path; 0 where none is known. */
  lastChange(path: string): number {
    return this.#tracked?.lastChange(path) ?? 0
  }

  /** True while an entry that could not be read again may be used as if it had been: fresh, and young in every respect. */
  young(path: string, entry: Entry): boolean {
    return this.servable(path, entry) && freshnessOf(entry, this.#coherence.time.latest(this.#clock.now())) === 'fresh'
  }

  /**
   * True while an entry may be served although the backend or the loader failed: decided anew, for each caller, at the
   * moment of serving. What was invalidated never is, nor what is known to have been changed in the backend; what is not
   * proven is only where the instance was told to.
   */
  servable(path: string, entry: Entry): boolean {
    const coherence = this.#coherence
    const now = this.#clock.now()
    const verdict = coherence.decide(entry, now)
    if (verdict === 'gone' || verdict === 'ask') return false
    const tracked = this.#tracked
    // Asked for anew: an entry that has left memory is not told what was changed since.
    const changed = tracked !== undefined && (entry.tracked === CHANGED || tracked.lastChange(path) > entry.mark)
    if (changed) return false
    const current =
      tracked === undefined || tracked.covers(entry.tracked, now) || now - entry.fetched <= this.#maxStaleness
    if (!this.#serveUnproven && !(current && coherence.proven(now, entry.since))) return false
    return freshnessOf(entry, coherence.time.latest(now)) !== 'expired'
  }
}
