import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import { count, STALE_IF_ERROR } from '../telemetry/counters.ts'
import type { MissReason } from '../telemetry/events.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { Budget } from './budget.ts'
import { refreshAt } from './early-refresh.ts'
import type { Entry } from './entry.ts'
import type { Held, HeldEntries } from './held.ts'
import type { L1 } from './l1.ts'
import type { LoadFrames } from './load-frame.ts'
import type { Found, Lookup } from './lookup.ts'
import { tookOf } from './read-batch.ts'
import type { ReadQueue } from './read-queue.ts'
import type { ReadTarget } from './read-target.ts'

export interface ReaderParts {
  readonly queue: ReadQueue
  readonly lookup: Lookup
  readonly frames: LoadFrames
  readonly held: HeldEntries
  readonly l1: L1
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds that the backend may take of one read. */
  readonly deadline: number
  /** Asks the backend at each read. */
  readonly strict: boolean
  /** What to do with what memory holds when the backend does not answer. */
  readonly outage: 'load' | 'serve'
  /** 0 to 1. */
  readonly random: () => number
}

/** What a look beyond this process has found. */
export type Sight =
  | { readonly kind: 'fresh' | 'stale'; readonly entry: Entry; readonly tier: 'l1' | 'l2' }
  | { readonly kind: 'missing'; readonly reason: MissReason }

const UNREACHED: Sight = { kind: 'missing', reason: 'outage' }

/** The steps that reads are made of: a look beyond this process, and what makes a failed load good. */
export class Reader {
  readonly #parts: ReaderParts

  constructor(parts: ReaderParts) {
    this.#parts = parts
  }

  /** Asks the backend at each read. */
  get strict(): boolean {
    return this.#parts.strict
  }

  /**
   * With strict consistency, asks before anything else. False when there was no answer: nothing held may be used then.
   * Otherwise true at once: there is nothing to wait for.
   */
  confirmView(target: ReadTarget, budget: Budget): true | Promise<boolean> {
    const { strict, telemetry, queue } = this.#parts
    if (!strict) return true
    const begun = telemetry.now()
    return budget
      .use((timeout) => queue.fetch(undefined, [], true, timeout), tookOf)
      .then(
        () => {
          telemetry.took('read', target, begun)
          return true
        },
        (error: unknown) => {
          this.#tellUnreached(error)
          return false
        },
      )
  }

  /** Looks for an entry in the backend, after confirming the one held here if it may only lack a confirmation. */
  look(target: ReadTarget, tagNames: readonly string[], held: Held, budget: Budget): Promise<Sight> {
    const { telemetry } = this.#parts
    const begun = telemetry.now()
    // Then it is not asked at all, and whoever spent it has told why.
    const { spent } = budget
    // Not async: this is the path of every hit in the backend.
    return this.#sight(target, tagNames, held, budget).then(
      (sight) => {
        telemetry.took('read', target, begun)
        return sight
      },
      (error: unknown) => {
        if (!RedstartError.is(error) || error.code === 'CLOSED') throw error
        // What was not sent took no time.
        if (error.code !== 'STORE_UNAVAILABLE') telemetry.took('read', target, begun)
        if (!spent) this.#tellUnreached(error)
        return UNREACHED
      },
    )
  }

  #sight(target: ReadTarget, tagNames: readonly string[], held: Held, budget: Budget): Promise<Sight> {
    const read = (): Promise<Sight> =>
      this.#parts.lookup.read(target, tagNames, budget).then((found) => this.#sightOf(target, held, found))
    if (held?.kind !== 'unsure') return read()
    return this.#confirm(target, held.entry, budget).then((confirmed) => confirmed ?? read())
  }

  /** What a read that starts now may spend. */
  budget(): Budget {
    const { clock, deadline, frames } = this.#parts
    return new Budget(clock, deadline, frames.current()?.budget)
  }

  /** Serves a stale entry in place of a loader's error, if that may still be done now. */
  orStale(target: ReadTarget, known: Entry | undefined, error: unknown): Entry {
    if (known === undefined || RedstartError.is(error, 'LOAD_CYCLE') || !this.#parts.held.servable(target.path, known))
      throw error
    count(target.counters, STALE_IF_ERROR)
    this.#parts.telemetry.emit({ type: 'cache.stale-if-error', namespace: target.namespace, key: target.path, error })
    return known
  }

  /** Whether an entry of this process may be used although the backend could not be asked about it. */
  usableUnread(path: string, held: NonNullable<Held>): boolean {
    const { outage, held: entries } = this.#parts
    if (outage === 'serve') return entries.servable(path, held.entry)
    return held.kind === 'suspect' && entries.young(path, held.entry)
  }

  /** The entry held here if it may still be used. */
  async #confirm({ path }: ReadTarget, held: Entry, budget: Budget): Promise<Sight | undefined> {
    const { lookup, l1 } = this.#parts
    const confirmed = await lookup.confirm(held, budget)
    if (confirmed.kind === 'fresh') return { ...confirmed, tier: 'l1' }
    if (confirmed.kind === 'missing') l1.drop(path, held)
    return undefined
  }

  /** Keeps what was found, or drops what is held in vain. */
  #sightOf(target: ReadTarget, held: Held, found: Found): Sight {
    const { l1 } = this.#parts
    if (found.kind === 'missing') {
      if (held?.kind === 'suspect') l1.drop(target.path, held.entry)
      return found
    }
    const { kind, entry } = found
    entry.hitUntil = this.#refreshAt(target, entry, held?.entry)
    l1.put(target.path, entry)
    return { kind, entry, tier: 'l2' }
  }

  /** One draw for each entry: the same one, read again, keeps it. */
  #refreshAt({ earlyRefresh = false }: ReadTarget, entry: Entry, held: Entry | undefined): number {
    const same = held?.loadedClock === entry.loadedClock && held.freshUntil === entry.freshUntil
    return same && held.generation === entry.generation
      ? held.hitUntil
      : refreshAt(entry, earlyRefresh, this.#parts.random)
  }

  #tellUnreached(error: unknown): void {
    if (!RedstartError.is(error) || error.code === 'CLOSED') return
    this.#parts.telemetry.emit({ type: 'store.error', operation: 'read', code: error.code, error })
  }
}
