import { keyName } from '../../src/invalidation/names.ts'
import type { Marker } from '../../src/invalidation/view.ts'
import type { Context } from './context.ts'
import type { Design } from './design.ts'
import type { Entry } from './entry.ts'

/** The longest load that is stored where `k:` markers age by time, in steps of the model's clock. */
export const LONGEST_LOAD = 60

/** Floors beside the one of all: by kind and namespace. */
export type Floors = ReadonlyMap<string, number>

/** What a floor is decided by. */
export interface Floored {
  readonly floor: number
  readonly floors: Floors
}

/** What a write is held against. */
export interface WriteGate {
  readonly markers: ReadonlyMap<string, Marker>
  readonly floors: Floors
}

/** Remembers a marker that is dropped: in the floor of all, in that of its namespace, or only against writes. */
export function rememberDropped(
  meta: { floor: number; readonly floors: Map<string, number> },
  name: string,
  marker: Marker,
  clock: number,
  context: Context,
): void {
  const { design, counts } = context
  const namespace = namespaceOf(name)
  if (ages(name, marker, context)) {
    counts.aged++
    raise(meta.floors, writeFloor(name, design), clock)
  } else if (design.namespaceFloors && namespace !== '') raise(meta.floors, `floor:${namespace}`, clock)
  else meta.floor = Math.max(meta.floor, clock)
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
  const wanted = new Set(['', ...names.map(namespaceOf)])
  return new Map([...floors].filter(([field]) => wanted.has(field.slice(field.indexOf(':') + 1))))
}

/**
 * The floor that decides an entry.
 *
 * @param seen a clock that Redis's counter had reached before the entry was seen there.
 */
export function floorFor(entry: Entry, view: Floored, seen: number, { design, rules }: Context): number {
  const own = keyName(entry.path)
  let floor = view.floor
  for (const name of entry.names) {
    const namespace = namespaceOf(name)
    if (rules.namespacesOfParts || namespace === namespaceOf(own))
      floor = Math.max(floor, view.floors.get(`floor:${namespace}`) ?? 0)
    if (!name.startsWith('k:')) continue
    const dropped = view.floors.get(writeFloor(name, design)) ?? 0
    if (name !== own) floor = rules.othersKeys ? Math.max(floor, dropped) : floor
    else if (rules.seenBefore && Math.max(entry.clock, seen) < dropped) return Infinity
  }
  return floor
}

/** Whether Redis refuses to store an entry: what invalidated it could be forgotten while it is there. */
export function refuses({ markers, floors }: WriteGate, entry: Entry, time: number, context: Context): boolean {
  const { design, rules } = context
  if (design.ageing === 'none') return false
  const own = keyName(entry.path)
  if (rules.writeObeysMarkers && (markers.get(own)?.hard ?? -1) > entry.clock) return true
  if (!rules.writeObeysFloor) return false
  if (design.ageing === 'byTime') return time - entry.begunAt > LONGEST_LOAD
  return entry.clock < (floors.get(writeFloor(own, design)) ?? 0)
}

function writeFloor(name: string, design: Design): string {
  return `write:${design.namespaceFloors ? namespaceOf(name) : ''}`
}

/** The namespace of a key or a prefix; none for a tag and for everything. */
function namespaceOf(name: string): string {
  return name.startsWith('t:') ? '' : name.slice(2, Math.max(2, name.indexOf(':', 2)))
}

function raise(floors: Map<string, number>, field: string, clock: number): void {
  floors.set(field, Math.max(floors.get(field) ?? 0, clock))
}
