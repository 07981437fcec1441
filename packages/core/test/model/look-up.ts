import { decide, type Verdict } from '../../src/invalidation/view.ts'
import { declaredNames, type Entry, FRESH, NO_GENERATION } from './entry.ts'
import { floorsFor } from './floors.ts'
import { FAILED, type Failed } from './network.ts'
import type { Landed, ModelProcess } from './process.ts'
import type { Reading } from './redis.ts'
import { inGeneration } from './redis-meta.ts'
import type { Steps } from './tasks.ts'

/** The moment a load is bound to, fixed before it starts. */
export interface Start {
  readonly generation: string
  readonly clock: number
}

/** What Redis had of a path. */
export type Found =
  | { readonly type: 'hit'; readonly landed: Landed }
  | { readonly type: 'miss'; readonly start: Start; readonly lastKnown: Entry | undefined }

/** An entry, decided, with the clock as of which it was confirmed. */
interface Decided {
  readonly entry: Entry
  readonly verdict: Verdict
  readonly asOf: number
}

/** Looks a path up in Redis: one trip while the view is proven, else with a snapshot as well. */
export function* lookUp(process: ModelProcess, path: string): Steps<Found> {
  const { coherence, context } = process
  if (coherence.outage) return missed(offline(process))
  const alone = context.weather.economy.fastPath && coherence.proven()
  const found = yield* alone ? readAlone(process, path) : readWithSnapshot(process, path)
  if (found === FAILED) return missed(offline(process))
  const { decided, start } = found
  if (decided?.verdict === 'valid' && context.now - decided.entry.bornAt <= FRESH) {
    context.counts.l2++
    return { type: 'hit', landed: { entry: decided.entry, how: 'L2', asOf: decided.asOf, stale: false } }
  }
  const usable = decided !== undefined && (decided.verdict === 'valid' || decided.verdict === 'stale')
  return missed(start, usable ? decided.entry : undefined)
}

/** Asks whether what L1 holds may still be used, where the process's own view cannot say. */
export function* confirmHeld(process: ModelProcess, held: Entry): Steps<Landed | undefined> {
  const { coherence, context } = process
  if (coherence.outage || process.verdict(held) !== 'ask') return undefined
  const read = yield* confirm(process, held, undefined, undefined)
  if (read === FAILED || read.decided?.verdict !== 'valid' || context.now - held.bornAt > FRESH) return undefined
  context.counts.heldConfirmed++
  return { entry: read.decided.entry, how: 'L1, confirmed', asOf: read.decided.asOf, stale: false }
}

interface Read {
  readonly decided: Decided | undefined
  readonly start: Start
}

function missed(start: Start, lastKnown?: Entry): Found {
  return { type: 'miss', start, lastKnown }
}

function offline({ coherence }: ModelProcess): Start {
  return coherence.view ?? { generation: NO_GENERATION, clock: -1 }
}

/** The entry alone, decided by the process's own view. */
function* readAlone(process: ModelProcess, path: string): Steps<Read | Failed> {
  const { coherence, redis, order } = process
  const before = pointOf(coherence.view)
  const reply = yield* process.askEntry(() => redis.get(path))
  if (reply === FAILED) return FAILED
  const view = coherence.view
  if (view === undefined) return yield* readWithSnapshot(process, path)
  const start = { generation: view.generation, clock: view.clock }
  if (reply.value === undefined) return { decided: undefined, start }
  const entry: Entry = { ...reply.value, order, confirmedAt: -Infinity }
  const verdict = coherence.decide(entry)
  const foreign = process.context.design.failover !== 'cold' && entry.generation !== view.generation
  if (verdict === 'ask' || foreign) return yield* confirm(process, entry, undefined, before)
  return { decided: obeyed(process, { entry, verdict, asOf: Math.max(entry.clock, view.clock) }), start }
}

/** The entry and a snapshot of the names that are known already, in either order. */
function* readWithSnapshot(process: ModelProcess, path: string): Steps<Read | Failed> {
  const { redis, context, order, coherence } = process
  const snapshotFirst = context.random.chance(0.5)
  const askedAt = context.now
  let reading = snapshotFirst ? yield* snapshot(process, declaredNames(path)) : undefined
  if (reading === FAILED) return FAILED
  const before = pointOf(snapshotFirst ? reading : coherence.view)
  const reply = yield* process.askEntry(() => redis.get(path))
  if (reply === FAILED) return FAILED
  if (!snapshotFirst) reading = yield* snapshot(process, declaredNames(path))
  if (reading === FAILED) return FAILED
  if (reply.value !== undefined) {
    return yield* confirm(process, { ...reply.value, order, confirmedAt: -Infinity }, reading, before, askedAt)
  }
  const start = reading ?? (yield* begin(process))
  return start === FAILED ? FAILED : { decided: undefined, start }
}

function pointOf(view: Start | undefined): Start | undefined {
  return view && { generation: view.generation, clock: view.clock }
}

/**
 * Decides an entry against Redis's own view; `known` is a snapshot taken for it that may lack names, `before` a point
 * that Redis had reached before the entry was seen there.
 */
function* confirm(
  process: ModelProcess,
  found: Entry,
  known: Reading | undefined,
  before: Start | undefined,
  askedAt: number = process.context.now,
): Steps<Read | Failed> {
  const { context } = process
  const reading = yield* complete(process, found, known)
  if (reading === FAILED) return FAILED
  if (reading === undefined) {
    const start = yield* begin(process)
    return start === FAILED ? FAILED : { decided: undefined, start }
  }
  const entry = inGeneration(found, reading)
  if (entry !== found) context.counts.takenOver++
  const seen = before?.generation === reading.generation ? before.clock : -1
  const verdict = decide(entry, { ...reading, ...floorsFor(entry, reading, seen, context) }, 'gone', reading.time)
  const restamped =
    verdict === 'valid' && context.weather.economy.restamp ? Math.max(entry.clock, reading.clock) : entry.clock
  // A stale one is not confirmed: this process need not know the marker, nor the deadline that comes with it.
  const good = verdict === 'valid' || !context.rules.staleNotConfirmed
  const confirmedAt = good ? Math.max(entry.confirmedAt, askedAt) : entry.confirmedAt
  const confirmed: Entry = { ...entry, clock: restamped, confirmedAt }
  return { decided: obeyed(process, { entry: confirmed, verdict, asOf: reading.clock }), start: reading }
}

/** One snapshot with all names of the entry. */
function* complete(
  process: ModelProcess,
  entry: Entry,
  known: Reading | undefined,
): Steps<Reading | undefined | Failed> {
  const missing = entry.names.filter((name) => !declaredNames(entry.path).includes(name))
  if (known !== undefined && missing.length === 0) return known
  if (known === undefined || process.context.rules.oneSnapshot) return yield* snapshot(process, entry.names)
  const rest = yield* snapshot(process, missing)
  if (rest === FAILED || rest === undefined) return rest === FAILED ? FAILED : known
  return { ...known, markers: new Map([...known.markers, ...rest.markers]) }
}

function* snapshot(process: ModelProcess, names: readonly string[]): Steps<Reading | undefined | Failed> {
  const reply = yield* process.askMeta(() => process.redis.snapshot(names))
  if (reply === FAILED) return FAILED
  if (reply.value !== undefined) process.coherence.see({ ...reply, value: reply.value })
  return reply.value
}

/** There is no generation: one is started before the load. */
function* begin(process: ModelProcess): Steps<Start | Failed> {
  if (!process.context.rules.generationFirst) return { generation: NO_GENERATION, clock: -1 }
  const reply = yield* process.askMeta(() => process.redis.ask())
  return reply === FAILED ? FAILED : reply.value
}

/** Own invalidations that did not reach Redis decide too. */
function obeyed(process: ModelProcess, decided: Decided): Decided {
  return process.pending.overrules(decided.entry) ? { ...decided, verdict: 'gone' } : decided
}
