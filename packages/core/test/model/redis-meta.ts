import type { Marker } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import { LONGEST_LOAD, ages, rememberDropped } from './floors.ts'
import { highest, type Raise, raised } from './marker.ts'

/** The meta hash: Redis's own view, and the queue that says which markers are the oldest. */
export interface Meta {
  readonly generation: string
  /** Identity of the server that started it. */
  readonly runId: number
  clock: number
  floor: number
  /** Floors of namespaces. */
  readonly floors: Map<string, number>
  /** Floors for writes, and for entries with the key of another: by namespace, or '' for all. */
  readonly writeFloors: Map<string, number>
  /** Servers that were seen to follow the one that has this. */
  readonly runs: Set<number>
  /** The generation before this one, where it goes on: its entries count up to a clock. */
  readonly continues: { readonly generation: string; readonly clock: number } | undefined
  readonly markers: Map<string, Marker>
  /** Invalidations in clock order. */
  readonly queue: Queued[]
}

interface Queued {
  readonly clock: number
  readonly time: number
  readonly names: readonly string[]
}

export function newMeta(generation: string, runId: number): Meta {
  return {
    generation,
    runId,
    clock: 1,
    floor: 0,
    floors: new Map(),
    writeFloors: new Map(),
    runs: new Set(),
    continues: undefined,
    markers: new Map(),
    queue: [],
  }
}

/** What a snapshot on disk holds of it. */
export function copyMeta(meta: Meta): Meta {
  return {
    ...meta,
    floors: new Map(meta.floors),
    writeFloors: new Map(meta.writeFloors),
    runs: new Set(meta.runs),
    markers: new Map(meta.markers),
    queue: [...meta.queue],
  }
}

/** Raises the markers of all names to the next clock, and forgets the oldest ones. */
export function raiseMarkers(
  meta: Meta,
  names: readonly string[],
  how: Omit<Raise, 'clock'>,
  time: number,
  context: Context,
): void {
  const clock = ++meta.clock
  for (const name of names) {
    meta.markers.set(name, raised(meta.markers.get(name), { clock, ...how }, time, context.rules))
  }
  meta.queue.push({ clock, time, names })
  if (context.design.ageing === 'byTime') ageByTime(meta, time, context)
  while (meta.markers.size > context.weather.markers) prune(meta, context)
}

/** Takes the oldest invalidation and drops the markers that no later one raised; the floor remembers them. */
function prune(meta: Meta, context: Context): void {
  const { rules, counts } = context
  const oldest = meta.queue.shift()
  if (oldest === undefined) throw new Error('the model holds markers that no invalidation in its queue raised')
  for (const name of oldest.names) {
    const marker = meta.markers.get(name)
    if (marker === undefined || (rules.pruneOnlyOwn && highest(marker) > oldest.clock)) continue
    meta.markers.delete(name)
    counts.pruned++
    if (rules.redisFloor) rememberDropped(meta, name, marker, oldest.clock, context)
  }
}

/** Drops `k:` markers that are older than the longest load, by the server's time. */
function ageByTime(meta: Meta, now: number, context: Context): void {
  for (const { clock, time, names } of meta.queue) {
    if (now - time <= LONGEST_LOAD) continue
    for (const name of names) {
      const marker = meta.markers.get(name)
      if (marker === undefined || highest(marker) > clock || !ages(name, marker, context)) continue
      meta.markers.delete(name)
      rememberDropped(meta, name, marker, clock, context)
    }
  }
}

/** What a promoted replica, or a restarted server, makes of what it holds; undefined for nothing. */
export function takenOver(
  meta: Meta,
  { run, followed }: { readonly run: number; readonly followed: number },
  generation: () => string,
  { design, rules, counts }: Context,
): Meta | undefined {
  if (design.failover === 'cold' || (rules.onlyKnownRuns && !meta.runs.has(run))) return undefined
  if (rules.onlyItsHistory && followed !== meta.runId) return undefined
  counts.continued++
  if (!rules.newGenerationContinues) return { ...meta, runId: run }
  const continues = { generation: meta.generation, clock: meta.clock }
  return { ...meta, generation: generation(), runId: run, continues }
}

/** An entry as this generation sees it. */
export function inGeneration<T extends { readonly generation: string; readonly clock: number }>(
  entry: T,
  { generation, continues }: Pick<Meta, 'generation' | 'continues'>,
): T {
  const takes = continues !== undefined && entry.generation === continues.generation && entry.clock <= continues.clock
  return takes ? { ...entry, generation } : entry
}
