import type { Hint, Invalidated } from './invalidation-store.ts'
import type { Marker, ViewState } from './view.ts'

/** Markers a process keeps; above it the oldest go and the floor rises, so that they cost a question instead. */
const MOST_MARKERS = 20_000
/** Hints that arrived before their predecessor. */
const MOST_LINKS = 256

/** A process's view. It starts at nothing, is adopted from an answer, and follows the hints from there. */
export class ProcessView implements ViewState {
  generation = '?0'
  clock = 0
  floor = 0
  readonly markers: Map<string, Marker> = new Map()
  /** Changes whenever an entry could be decided otherwise than before. */
  version = 0
  /** Steps of the counter whose predecessor has not been heard of yet: previous to clock. */
  readonly #links = new Map<number, number>()
  readonly #mostMarkers: number
  /** No two unknown generations are the same: what is loaded under one is gone under the next. */
  #forgotten = 0

  constructor(mostMarkers: number = MOST_MARKERS) {
    this.#mostMarkers = mostMarkers
  }

  /**
   * Begins anew as of an answer: whatever is older must be asked for. What this generation is already known to have
   * invalidated after that answer stays known, since an answer may be taken in later than a reply that followed it.
   */
  reset(generation: string, clock: number): void {
    const keep = generation === this.generation
    for (const [name, marker] of this.markers) {
      if (!keep || (marker.hard <= clock && marker.soft <= clock)) this.markers.delete(name)
    }
    if (!keep) this.#links.clear()
    this.generation = generation
    this.clock = clock
    // Markers above the answer may have been dropped as well; then the floor is above it.
    this.floor = keep ? Math.max(clock, this.floor) : clock
    this.version++
    this.#follow()
  }

  /** Another generation was heard of, but not from an answer: nothing that is held may be used until one is adopted. */
  forget(): void {
    this.#forgotten++
    this.reset(`?${this.#forgotten}`, 0)
  }

  /** False before the first answer, and after another generation was heard of. */
  get adopted(): boolean {
    return !this.generation.startsWith('?')
  }

  /**
   * Takes in one invalidation of this generation: markers at once, the clock only along the chain, since a step that is
   * missing in between may have raised anything.
   *
   * @param time Redis time in ms, the latest it can be; `Infinity` where it is not known.
   */
  apply(hint: Pick<Hint, 'names' | 'kind' | 'deadline'> & Invalidated, time: number): void {
    for (const name of hint.names) this.#raise(name, hint, time)
    this.#prune()
    this.version++
    if (hint.clock <= this.clock) return
    this.#links.set(hint.previous, hint.clock)
    this.#follow()
    if (this.#links.size > MOST_LINKS) this.#links.clear()
  }

  #follow(): void {
    for (let next = this.#links.get(this.clock); next !== undefined; next = this.#links.get(this.clock)) {
      this.#links.delete(this.clock)
      this.clock = next
    }
    for (const previous of this.#links.keys()) if (previous < this.clock) this.#links.delete(previous)
  }

  #raise(name: string, { kind, clock, deadline }: Pick<Hint, 'kind' | 'clock' | 'deadline'>, time: number): void {
    const old = this.markers.get(name)
    // Set anew at the end: the map's order is then the order of the last invalidation, the oldest first.
    this.markers.delete(name)
    this.markers.set(name, kind === 'hard' ? raiseHard(old, clock) : raiseSoft(old, clock, deadline, time))
  }

  #prune(): void {
    for (const [name, marker] of this.markers) {
      if (this.markers.size <= this.#mostMarkers) return
      this.markers.delete(name)
      this.floor = Math.max(this.floor, marker.hard, marker.soft)
    }
  }
}

function raiseHard(old: Marker | undefined, clock: number): Marker {
  if (old === undefined) return { hard: clock, soft: 0, deadline: Infinity }
  return { hard: Math.max(old.hard, clock), soft: old.soft, deadline: old.deadline }
}

/**
 * A deadline that has passed has made the old soft mark a hard one; of two that have not, the earlier one stands. So it does
 * where nobody knows the time: should it have passed, more is gone than need be, and what may be served is not.
 */
function raiseSoft(old: Marker | undefined, clock: number, deadline: number, time: number): Marker {
  if (old === undefined) return { hard: 0, soft: clock, deadline }
  if (time !== Infinity && time >= old.deadline)
    return { hard: Math.max(old.hard, old.soft), soft: Math.max(old.soft, clock), deadline }
  return { hard: old.hard, soft: Math.max(old.soft, clock), deadline: Math.min(old.deadline, deadline) }
}
