import type { Entry } from './entry.ts'
import { load } from './load.ts'
import type { Flight, Landed, ModelProcess } from './process.ts'
import { MAX_STALENESS, PAGE } from './entry.ts'
import type { Steps } from './tasks.ts'

/** A caller gives up after so many flights that brought nothing it may take. */
const ATTEMPTS = 6

/** A read as an application makes it: its result is held against the claim. */
export function* read(process: ModelProcess, path: string): Steps<void> {
  const startedAt = process.context.now
  const landed = yield* take(process, path)
  if (landed === undefined) return
  process.history.check({ by: process, startedAt, entry: landed.entry, how: landed.how })
}

/** L1, else a flight under way, else a flight of its own. */
function* take(process: ModelProcess, path: string): Steps<Landed | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const entry = process.l1.get(path)
    const hit = entry && fromL1(process, entry)
    if (hit !== undefined) return hit
    const flight = process.flights.get(path)
    const joined = flight !== undefined && mayJoin(process, flight)
    const landed = joined ? yield* join(process, flight) : yield* wait(startLoad(process, path, entry))
    if (landed !== undefined || !joined) return landed
  }
  return undefined
}

function fromL1(process: ModelProcess, entry: Entry): Landed | undefined {
  const { counts, rules } = process.context
  const verdict = process.verdict(entry)
  if (verdict === 'valid') {
    counts.l1++
    if (entry.path === PAGE) counts.nestedHits++
    if (process.coherence.outage) counts.outageServed++
    return { entry, how: 'L1', asOf: Math.max(entry.clock, process.coherence.view?.clock ?? -1), stale: false }
  }
  if (verdict === 'stale') {
    counts.stale++
    if (!process.flights.has(entry.path)) startLoad(process, entry.path, entry)
    return { entry, how: 'L1, stale', asOf: entry.clock, stale: true }
  }
  if (verdict === 'gone' && rules.everyHit) process.l1.delete(entry.path)
  return undefined
}

function startLoad(process: ModelProcess, path: string, old: Entry | undefined): Flight {
  const flight = process.startFlight(path)
  if (path === PAGE) process.context.counts.nestedLoads++
  process.tasks.spawn(load(process, flight, old, (child) => take(process, child)))
  return flight
}

function* wait(flight: Flight): Steps<Landed | undefined> {
  yield flight
  return flight.landed === 'failed' ? undefined : flight.landed
}

function mayJoin(process: ModelProcess, flight: Flight): boolean {
  return !process.context.rules.joiners || process.coherence.proven(flight.startedAt)
}

/** Takes a flight's result if it could have been taken from L1 at the moment of joining. */
function* join(process: ModelProcess, flight: Flight): Steps<Landed | undefined> {
  const { coherence, context } = process
  const joinedAt = context.now
  const provenAtJoin = coherence.provenFrom
  const quiet = coherence.changes === flight.changes && process.order === flight.order
  const landed = yield* wait(flight)
  if (landed === undefined) return undefined
  if (context.rules.joiners) {
    const { entry } = landed
    const provenFrom = context.rules.proofAtJoin ? provenAtJoin : coherence.provenFrom
    if (joinedAt - Math.max(provenFrom, entry.confirmedAt) > MAX_STALENESS) return undefined
    const same = quiet && !(landed.stale && context.rules.staleNotShared)
    if (!same && (coherence.decide(entry) !== 'valid' || process.pending.overrules(entry))) return undefined
  }
  context.counts.joins++
  return { ...landed, how: 'joined', asOf: landed.entry.clock }
}
