import { declaredNames, DISH, DRINK, type Entry, FRESH, LATE_TAG, NO_GENERATION, PAGE, type Part } from './entry.ts'
import { confirmHeld, lookUp, type Start } from './look-up.ts'
import type { Flight, Landed, ModelProcess } from './process.ts'
import { type Steps, until } from './tasks.ts'

/** Reads another path from inside a load. */
export type ReadChild = (path: string) => Steps<Landed | undefined>

/** One flight: what Redis has, else the loader. `old` is what L1 held. */
export function* load(
  process: ModelProcess,
  flight: Flight,
  old: Entry | undefined,
  readChild: ReadChild,
): Steps<void> {
  try {
    const held = old && (yield* confirmHeld(process, old))
    if (held !== undefined) {
      process.keep(held.entry, flight)
      flight.landed = held
      return
    }
    const found = yield* lookUp(process, flight.path)
    if (found.type === 'hit') {
      process.keep(found.landed.entry, flight)
      flight.landed = found.landed
      return
    }
    const known = found.lastKnown ?? (old !== undefined && process.verdict(old) !== 'gone' ? old : undefined)
    flight.landed = yield* runLoader(process, flight, found.start, known, readChild)
  } finally {
    process.endFlight(flight)
  }
}

function* runLoader(
  process: ModelProcess,
  flight: Flight,
  start: Start,
  lastKnown: Entry | undefined,
  readChild: ReadChild,
): Steps<Landed | undefined> {
  const { context } = process
  const { path } = flight
  context.counts.loads++
  process.note(() => `load ${path} begins as of ${start.generation}/${start.clock}`)
  const own = ownEntry(process, path, start)
  yield* until(context.now + context.random.below(context.random.chance(0.1) ? 400 : context.weather.loadTime))
  const { entry, stale } = path === PAGE ? yield* compose(process, own, readChild) : { entry: own, stale: false }
  const dice = context.random.below(20)
  if (dice < 3) return lastKnown && (yield* serveStale(process, flight, lastKnown, start))
  const unchanged = dice < 6 && lastKnown !== undefined && path !== PAGE
  if (unchanged) context.counts.unchanged++
  if (unchanged && !context.rules.unchangedWritesAll) yield* restampStored(process, path, start)
  else yield* writeBack(process, { ...entry, bornAt: context.now })
  const loaded = { ...entry, bornAt: context.now }
  process.keep(loaded, flight)
  return { entry: loaded, how: 'load', asOf: loaded.clock, stale }
}

/** What the loader of a path makes by itself, bound to the moment before it starts. */
function ownEntry({ context, order, redis }: ModelProcess, path: string, { generation, clock }: Start): Entry {
  const names = context.random.chance(0.5) ? [...declaredNames(path), LATE_TAG] : declaredNames(path)
  const { now } = context
  const parts: readonly Part[] = [{ names, loadedFrom: now }]
  return { path, generation, clock, names, parts, bornAt: now, begunAt: redis.time, order, confirmedAt: now }
}

/** A page is made from a dish, and now and then a drink. */
function* compose(process: ModelProcess, own: Entry, readChild: ReadChild): Steps<Pick<Landed, 'entry' | 'stale'>> {
  const dish = yield* readChild(DISH)
  const withDish = derive(process, own, dish)
  const drink = process.context.random.chance(0.3) ? yield* readChild(DRINK) : undefined
  return { entry: derive(process, withDish, drink), stale: dish?.stale === true || drink?.stale === true }
}

/** A parent with one more child: all names of both, and the lowest clock at which its parts were confirmed. */
function derive({ context }: ModelProcess, parent: Entry, child: Landed | undefined): Entry {
  if (child === undefined) return parent
  const lowest = context.rules.lowestConfirmed
  const parts: readonly Part[] = [...parent.parts, ...child.entry.parts]
  // Between generations there is no common clock, so such a parent is never stored and never hit.
  const together = !lowest || child.entry.generation === parent.generation
  return {
    ...parent,
    generation: together ? parent.generation : NO_GENERATION,
    clock: lowest ? Math.min(parent.clock, child.asOf) : parent.clock,
    names: [...new Set([...parent.names, ...child.entry.names])],
    parts,
    begunAt: Math.min(parent.begunAt, child.entry.begunAt),
    order: Math.min(parent.order, child.entry.order),
    confirmedAt: Math.min(parent.confirmedAt, child.entry.confirmedAt),
  }
}

/** The loader failed: what was there before is served if it still may be, and kept a while so that loads back off. */
function* serveStale(process: ModelProcess, flight: Flight, lastKnown: Entry, start: Start): Steps<Landed | undefined> {
  const { context } = process
  const verdict = process.verdict(lastKnown)
  if (context.rules.errorDecidedAgain && verdict !== 'valid' && verdict !== 'stale') return undefined
  context.counts.staleOnError++
  const bornAt = context.now - FRESH + 30
  const kept: Entry = context.rules.backOffKeepsClock
    ? { ...lastKnown, bornAt }
    : { ...lastKnown, bornAt, generation: start.generation, clock: start.clock }
  process.note(() => `load ${flight.path} failed, serves what is as of ${kept.generation}/${kept.clock}`)
  yield* writeBack(process, kept)
  process.keep(kept, flight)
  return { entry: kept, how: 'stale on error', asOf: lastKnown.clock, stale: true }
}

function* writeBack(process: ModelProcess, entry: Entry): Steps<void> {
  const { context, coherence, redis } = process
  if (coherence.outage || (entry.generation === NO_GENERATION && context.rules.generationFirst)) return
  if (context.random.chance(context.weather.slowWrites)) yield* until(context.now + context.random.below(300))
  yield* process.askEntry(() => redis.write(entry))
}

function* restampStored(process: ModelProcess, path: string, { generation, clock }: Start): Steps<void> {
  if (!process.coherence.outage) yield* process.askEntry(() => process.redis.restamp(path, generation, clock))
}
