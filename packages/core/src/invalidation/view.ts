/**
 * The view: what Redis, the memory backend and every process know of invalidations, in one structure with one deciding
 * function. A view that is older than Redis's own never lets an invalidated entry through by forgetting: whatever it
 * drops raises its floor, or that of a namespace where only entries with a name of that namespace can miss it.
 */
import { isOfNamespace } from './names.ts'

/** What is remembered of one name's invalidations. Both clocks only rise. */
export interface Marker {
  /** Entries whose clock is below are gone. */
  readonly hard: number
  /** Entries whose clock is below are stale. */
  readonly soft: number
  /** Redis time in ms from which `soft` counts as hard; `Infinity` where nobody said so. */
  readonly deadline: number
}

/** The moment an entry's load is bound to, and the names that can invalidate it. */
export interface Stamp {
  readonly generation: string
  /** A value that Redis's counter had reached before the load began. */
  readonly clock: number
  readonly names: readonly string[]
}

/** What is known of invalidations as of one clock. */
export interface ViewState {
  readonly generation: string
  readonly clock: number
  /** Markers at or below may have been dropped. */
  readonly floor: number
  /**
   * Higher floors of namespaces: of keys and prefixes of these, markers at or below may have been dropped. Holds those
   * of all namespaces that the decided entry has names of; a process, whose one floor is for everything, has none.
   */
  readonly floors?: ReadonlyMap<string, number>
  readonly markers: ReadonlyMap<string, Marker>
}

/**
 * - `valid` - nothing that the entry depends on was invalidated since its load began.
 * - `stale` - marked stale: may be served while it is refreshed.
 * - `gone` - invalidated, or of another generation: never served.
 * - `ask` - this view has forgotten too much to say; only Redis knows.
 */
export type Verdict = 'valid' | 'stale' | 'gone' | 'ask'

/**
 * Decides an entry against a view.
 *
 * @param underFloor what an entry below the view's floor is: `gone` where the view is the backend's own, `ask` in a process.
 * @param time Redis time in ms, the latest it can be; only soft markers with a deadline look at it.
 */
export function decide(stamp: Stamp, view: ViewState, underFloor: 'gone' | 'ask', time: number): Verdict {
  if (stamp.generation !== view.generation) return 'gone'
  const { clock, names } = stamp
  let soft = false
  for (const name of names) {
    const marker = view.markers.get(name)
    if (marker === undefined) continue
    if (marker.hard > clock) return 'gone'
    if (marker.soft > clock) {
      if (time >= marker.deadline) return 'gone'
      soft = true
    }
  }
  if (clock < view.floor || (view.floors !== undefined && isUnder(view.floors, clock, names))) return underFloor
  return soft ? 'stale' : 'valid'
}

/** Whether a clock is below the floor of a namespace that one of the names is of: of a part's as well as of one's own. */
function isUnder(floors: ReadonlyMap<string, number>, clock: number, names: readonly string[]): boolean {
  for (const [namespace, floor] of floors) {
    if (clock >= floor) continue
    for (const name of names) if (isOfNamespace(name, namespace)) return true
  }
  return false
}
