import { impliedNames } from '../invalidation/names.ts'
import type { MissReason } from '../telemetry/events.ts'
import type { Budget } from './budget.ts'
import type { Entry } from './entry.ts'
import { onLeave } from './leavers.ts'
import type { LoadFrame, LoadFrames } from './load-frame.ts'
import type { LoadPlan } from './load-plan.ts'
import { Read } from './read.ts'
import type { ReadParts } from './read-parts.ts'
import type { ReadTarget } from './read-target.ts'
import type { Sight } from './reader.ts'
import { tellHit, tellMiss } from './tell.ts'

export interface ReadThroughParts extends ReadParts {
  readonly frames: LoadFrames
}

/** Reads through memory and the backend, and loads what neither has: one load per path at a time. */
export class ReadThrough {
  readonly #parts: ReadThroughParts

  constructor(parts: ReadThroughParts) {
    this.#parts = parts
  }

  /** Reads an entry, or loads it. Rejects with the loader's error when nothing may be served in its place. */
  read(plan: LoadPlan): Promise<Entry> {
    if (plan.signal?.aborted === true) return Promise.reject(plan.signal.reason)
    const frame = this.#parts.frames.current()
    const read = new Read(this.#parts, plan, frame)
    const reading = plan.signal === undefined ? read.run() : unlessLeft(plan.signal, read)
    return frame === undefined ? reading : asPart(frame, plan, read, reading)
  }

  /** Reads a fresh entry; never loads. */
  async find(target: ReadTarget): Promise<Entry | undefined> {
    const frame = this.#parts.frames.current()
    const entry = await this.#find(target)
    if (entry === undefined) frame?.missed(target.path)
    else frame?.inherit(entry)
    return entry
  }

  /**
   * Reads an entry, fresh or stale; never loads, and is part of no load. What it found is counted by who uses it.
   *
   * @param newest looks beyond memory for what may have replaced an entry that is stale there.
   */
  async sight(target: ReadTarget, budget: Budget, newest: boolean = false): Promise<Sight> {
    const { reader, held: entries } = this.#parts
    const confirmed = reader.confirmView(target, budget)
    const held = confirmed === true || (await confirmed) ? entries.look(target.path, target.form) : undefined
    if (held?.kind === 'fresh') return { kind: 'fresh', entry: held.entry, tier: 'l1' }
    if (held?.kind === 'stale' && !newest) return { kind: 'stale', entry: held.entry, tier: 'l1' }
    const found = await reader.look(target, [], held, budget)
    if (held?.kind === 'stale' && found.kind === 'missing' && NOT_THERE.has(found.reason))
      return { kind: 'stale', entry: held.entry, tier: 'l1' }
    const unreached = found.kind === 'missing' && found.reason === 'outage'
    if (!unreached || held === undefined || !reader.usableUnread(target.path, held)) return found
    return { kind: 'stale', entry: held.entry, tier: 'l1' }
  }

  async #find(target: ReadTarget): Promise<Entry | undefined> {
    const { reader, held: entries, telemetry } = this.#parts
    const budget = reader.budget()
    const confirmed = reader.confirmView(target, budget)
    const held = confirmed === true || (await confirmed) ? entries.look(target.path, target.form) : undefined
    if (held?.kind === 'fresh') return tellHit(telemetry, target, held.entry, 'l1', false)
    const found = await reader.look(target, [], held, budget)
    if (found.kind === 'fresh') return tellHit(telemetry, target, found.entry, found.tier, false)
    tellMiss(telemetry, target, found.kind === 'missing' ? found.reason : 'expired')
    return undefined
  }
}

/** Reasons that say nothing against what memory has. */
const NOT_THERE: ReadonlySet<MissReason> = new Set(['absent', 'outage'])

/**
 * Makes what is read a part of a load. The load depends on it from here on, whatever comes of it: one that goes on without
 * a part, because that failed or took too long, is made of its failure.
 */
async function asPart(frame: LoadFrame, plan: LoadPlan, read: Read, reading: Promise<Entry>): Promise<Entry> {
  frame.hangOn([...impliedNames(plan.path), ...plan.tagNames])
  try {
    const entry = await reading
    frame.inherit(entry)
    return entry
  } catch (error) {
    if (read.failed !== undefined) frame.inherit(read.failed)
    throw error
  }
}

/** What a read comes to, unless its caller goes first. */
function unlessLeft(signal: AbortSignal, read: Read): Promise<Entry> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      // First the caller, then those whom its going concerns.
      reject(signal.reason)
      read.abandon()
    }
    const stay = onLeave(signal, leave)
    read.run().then(resolve, reject).finally(stay)
  })
}
