import type { Invalidated, Snapshot } from '../cache/cache-store.ts'
import { namespaceOfName, namespacesAmong } from '../invalidation/names.ts'
import type { Marker } from '../invalidation/view.ts'

interface Invalidation {
  readonly clock: number
  readonly names: readonly string[]
}

/** Queued names per marker that may be remembered: one that is invalidated again and again is queued each time. */
const QUEUE_FACTOR = 4
/** Namespaces with a floor of their own. */
const MOST_FLOORS = 1000

/**
 * The backend's own view: generation, clock, floors and markers, as Redis keeps them in the meta hash. Bounded: what is
 * dropped raises a floor.
 */
export class MemoryView {
  readonly #markers = new Map<string, Marker>()
  /** Invalidations in the order of their clocks, those before `#head` already taken. */
  #queue: Invalidation[] = []
  #head = 0
  /** Weight of the queue: its names, an invalidation without any counted as one. */
  #queued = 0
  readonly #bound: number
  #generation: string | undefined
  #clock = 1
  #floor = 0
  readonly #floors = new Map<string, number>()

  /** @param bound the most markers that are kept. */
  constructor(bound: number) {
    this.#bound = bound
  }

  /** Generation and clock; starts the generation with `candidate` where there is none. */
  ask(candidate: string): { readonly generation: string; readonly clock: number } {
    this.#generation ??= candidate
    return { generation: this.#generation, clock: this.#clock }
  }

  snapshot(names: readonly string[]): Snapshot | undefined {
    if (this.#generation === undefined) return undefined
    const markers = new Map<string, Marker>()
    for (const name of names) {
      const marker = this.#markers.get(name)
      if (marker !== undefined) markers.set(name, marker)
    }
    const floors = new Map<string, number>()
    for (const namespace of namespacesAmong(names)) {
      const floor = this.#floors.get(namespace)
      if (floor !== undefined) floors.set(namespace, floor)
    }
    return { generation: this.#generation, clock: this.#clock, floor: this.#floor, floors, markers }
  }

  invalidate(
    names: readonly string[],
    kind: 'hard' | 'soft',
    deadline: number,
    time: number,
    candidate: string,
  ): Invalidated {
    const { generation, clock: previous } = this.ask(candidate)
    const clock = previous + 1
    this.#clock = clock
    for (const name of names) this.#markers.set(name, raised(this.#markers.get(name), kind, clock, deadline, time))
    this.#queue.push({ clock, names })
    this.#queued += weight(names)
    while (this.#markers.size > this.#bound || this.#queued > this.#bound * QUEUE_FACTOR) this.#takeOldest()
    return { generation, previous, clock }
  }

  #takeOldest(): void {
    const oldest = this.#queue[this.#head]
    if (oldest === undefined) throw new Error('There are more markers than the queue has names')
    this.#head += 1
    this.#queued -= weight(oldest.names)
    if (this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    for (const name of oldest.names) {
      const marker = this.#markers.get(name)
      if (marker === undefined || Math.max(marker.hard, marker.soft) > oldest.clock) continue
      this.#markers.delete(name)
      this.#raiseFloor(name, oldest.clock)
    }
  }

  /** Clocks come in their order, so that a floor only rises. */
  #raiseFloor(name: string, clock: number): void {
    const namespace = namespaceOfName(name)
    const own = namespace !== undefined && (this.#floors.has(namespace) || this.#floors.size < MOST_FLOORS)
    if (own) this.#floors.set(namespace, clock)
    else this.#floor = clock
  }
}

/** The marker after one more invalidation. */
function raised(old: Marker | undefined, kind: 'hard' | 'soft', clock: number, deadline: number, time: number): Marker {
  const { hard, soft, deadline: until } = old ?? { hard: 0, soft: 0, deadline: Number.POSITIVE_INFINITY }
  if (kind === 'hard') return { hard: clock, soft, deadline: until }
  // A deadline that has passed made the earlier soft invalidation a hard one; it must not be postponed by this one.
  if (time >= until) return { hard: Math.max(hard, soft), soft: clock, deadline }
  return { hard, soft: clock, deadline: Math.min(until, deadline) }
}

function weight(names: readonly string[]): number {
  return Math.max(1, names.length)
}
