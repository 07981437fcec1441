import type { Marker } from './view.ts'

/** What coherence needs of a backend: the counter, the markers, and word of what others invalidate. */
export interface InvalidationStore {
  /** Asks for generation, clock and time, in one trip. */
  read(
    request: { readonly keys: readonly []; readonly question: Question },
    timeout: number,
  ): Promise<{ readonly answer: Answer | undefined }>
  /** Raises the markers of all names to one clock above every earlier one. Creates the generation where there is none. */
  invalidate(request: InvalidateRequest, timeout: number): Promise<Invalidated>
  /** Listens to the invalidations of every instance, own ones included. Delivery is a hint: some may be lost or late. */
  subscribe(listener: (hint: Hint) => void): () => void
}

/** Asks for generation, clock and time, and starts a generation where there is none or the server is another one. */
export interface Question {
  /** 128 random bits in 32 hexadecimal digits: the generation, should one have to be started. */
  readonly candidate: string
  /** Milliseconds for which the markers must be kept at the least. */
  readonly keep: number
}

/** What a backend says of its view, as of the instant of the question. */
export interface Answer {
  readonly generation: string
  readonly clock: number
  /** The backend's time in ms since 1970, with a fraction. */
  readonly time: number
}

/** The backend's view at one instant, restricted to the names asked for. */
export interface Snapshot {
  readonly generation: string
  readonly clock: number
  /** Markers at or below may have been dropped, whatever their names. */
  readonly floor: number
  /**
   * Of each namespace that the names asked for are of, where markers of its keys and prefixes were dropped: the clock at
   * or below which. A namespace whose markers only the common floor remembers is not in it.
   */
  readonly floors: ReadonlyMap<string, number>
  /** Markers of the names asked for that have one. */
  readonly markers: ReadonlyMap<string, Marker>
}

/** One invalidation on its way to the backend. */
export interface InvalidateRequest extends Question {
  readonly names: readonly string[]
  readonly kind: 'hard' | 'soft'
  /** With `soft`: Redis time in ms from which it counts as hard. `Infinity` for never. */
  readonly deadline: number
  /** Paths of entries to unlink after the markers are set: economy, never needed for safety. */
  readonly unlink: readonly string[]
}

/** The step that an invalidation was on the backend's counter. */
export interface Invalidated {
  readonly generation: string
  /** The counter before. */
  readonly previous: number
  /** The counter after: the clock of the markers. */
  readonly clock: number
}

/** One invalidation, as the backend tells it to every instance. */
export interface Hint extends Invalidated {
  readonly names: readonly string[]
  readonly kind: 'hard' | 'soft'
  readonly deadline: number
}
