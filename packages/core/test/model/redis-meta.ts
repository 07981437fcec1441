import type { Marker } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import { highest, type Raise, raised } from './marker.ts'

/** Markers that Redis keeps; a real one keeps 100 000. */
const MARKERS = 3

/** The meta hash: Redis's own view, and the queue that says which markers are the oldest. */
export interface Meta {
  readonly generation: string
  /** Identity of the server that started it. */
  readonly runId: number
  clock: number
  floor: number
  readonly markers: Map<string, Marker>
  /** Invalidations in clock order. */
  readonly queue: Queued[]
}

interface Queued {
  readonly clock: number
  readonly names: readonly string[]
}

export function newMeta(generation: string, runId: number): Meta {
  return { generation, runId, clock: 1, floor: 0, markers: new Map(), queue: [] }
}

/** What a snapshot on disk holds of it. */
export function copyMeta(meta: Meta): Meta {
  return { ...meta, markers: new Map(meta.markers), queue: [...meta.queue] }
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
  meta.queue.push({ clock, names })
  while (meta.markers.size > MARKERS) prune(meta, context)
}

/** Takes the oldest invalidation and drops the markers that no later one raised; the floor remembers them. */
function prune(meta: Meta, { rules, counts }: Context): void {
  const oldest = meta.queue.shift()
  if (oldest === undefined) throw new Error('the model holds markers that no invalidation in its queue raised')
  for (const name of oldest.names) {
    const marker = meta.markers.get(name)
    if (marker === undefined || (rules.pruneOnlyOwn && highest(marker) > oldest.clock)) continue
    meta.markers.delete(name)
    counts.pruned++
    if (rules.redisFloor) meta.floor = Math.max(meta.floor, oldest.clock)
  }
}
