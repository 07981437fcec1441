import { keyName, namespaceOfName, namespacesAmong } from '../../src/invalidation/names.ts'
import type { Marker } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import type { Design } from './design.ts'
import type { Entry } from './entry.ts'

/** The longest load that is stored where `k:` markers age by time, in steps of the model's clock. */
export const LONGEST_LOAD = 60

/** Floors beside the one of all, by namespace. */
export type Floors = ReadonlyMap<string, number>

/** What floors are decided by. */
export interface Floored {
  readonly floor: number
  readonly floors: Floors
  readonly writeFloors: Floors
}

/** What a write is held against. */
export interface WriteGate {
  readonly markers: ReadonlyMap<string, Marker>
  readonly writeFloors: Floors
}

interface Dropping {
  floor: number
  readonly floors: Map<string, number>
  readonly writeFloors: Map<string, number>
}

/** Remembers a marker that is dropped: in the floor of all, in that of its namespace, or only against writes. */
export function rememberDropped(meta: Dropping, name: string, marker: Marker, clock: number, context: Context): void {
  const { design, counts } = context
  const namespace = namespaceOfName(name)
  if (ages(name, marker, context)) {
    counts.aged++
    raise(meta.writeFloors, writeFloor(name, design), clock)
  } else if (namespace !== undefined && (meta.floors.has(namespace) || meta.floors.size < design.namespaceFloors)) {
    counts.ofNamespace++
    raise(meta.floors, namespace, clock)
  } else meta.floor = Math.max(meta.floor, clock)
}

/**
 * Whether a marker's entry is known to be gone from Redis: it was unlinked when the marker was set. A soft one left it
 * there, and the passing of a deadline unlinks nothing.
 */
export function ages(name: string, { hard, soft }: Marker, { design, rules }: Context): boolean {
  return design.ageing !== 'none' && name.startsWith('k:') && (hard > soft || !rules.softRaisesFloor)
}

/** Those of some names' namespaces. */
export function floorsOf(names: readonly string[], floors: Floors): Floors {
  const wanted = namespacesAmong(names)
  return new Map([...floors].filter(([namespace]) => wanted.has(namespace)))
}

/**
 * The floors that decide an entry.
 *
 * @param seen a clock that Redis's counter had reached before the entry was seen there.
 */
export function floorsFor(
  entry: Entry,
  view: Floored,
  seen: number,
  { design, rules }: Context,
): Pick<Floored, 'floor' | 'floors'> {
  const own = keyName(entry.path)
  const floors = rules.namespacesOfParts ? view.floors : floorsOf([own], view.floors)
  let { floor } = view
  for (const name of entry.names) {
    if (!name.startsWith('k:')) continue
    const dropped = view.writeFloors.get(writeFloor(name, design)) ?? 0
    if (name !== own) floor = rules.othersKeys ? Math.max(floor, dropped) : floor
    else if (rules.seenBefore && Math.max(entry.clock, seen) < dropped) floor = Infinity
  }
  return { floor, floors }
}

/** Whether Redis refuses to store an entry: what invalidated it could be forgotten while it is there. */
export function refuses({ markers, writeFloors }: WriteGate, entry: Entry, time: number, context: Context): boolean {
  const { design, rules } = context
  if (design.ageing === 'none') return false
  const own = keyName(entry.path)
  if (rules.writeObeysMarkers && (markers.get(own)?.hard ?? -1) > entry.clock) return true
  if (!rules.writeObeysFloor) return false
  if (design.ageing === 'byTime') return time - entry.begunAt > LONGEST_LOAD
  return entry.clock < (writeFloors.get(writeFloor(own, design)) ?? 0)
}

/** The namespace whose write floor a key has; '' where there is one for all. */
function writeFloor(name: string, design: Design): string {
  return design.namespaceFloors > 0 ? (namespaceOfName(name) ?? '') : ''
}

function raise(floors: Map<string, number>, namespace: string, clock: number): void {
  floors.set(namespace, Math.max(floors.get(namespace) ?? 0, clock))
}
