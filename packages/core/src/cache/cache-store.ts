import type { Marker } from '../invalidation/view.ts'

/**
 * What a backend does for the cache. Every operation is one trip and atomic in itself; none waits longer than its
 * `timeout` or is ever sent twice. Failures reject with a `RedstartError` of code `STORE_TIMEOUT`, `STORE_UNAVAILABLE`
 * or `STORE_FAILED`.
 */
export interface CacheStore {
  /** Reads entries, markers and the counter; only the parts asked for are fetched, in one trip. */
  read(request: ReadRequest, timeout: number): Promise<ReadReply>
  /** Stores an entry, unless one of the same generation with a higher clock is there. */
  write(request: WriteRequest, timeout: number): Promise<'stored' | 'outranked'>
  /** Raises the markers of all names to one clock above every earlier one. Creates the generation where there is none. */
  invalidate(request: InvalidateRequest, timeout: number): Promise<Invalidated>
  /** Listens to the invalidations of every instance, own ones included. Delivery is a hint: some may be lost or late. */
  subscribe(listener: (hint: Hint) => void): () => void
  /** Ends everything the store holds open. Calls that come later reject with `CLOSED`. */
  close(): Promise<void>
}

/** Parts of one read. A part that is left out is not fetched. */
export interface ReadRequest {
  /** Paths of entries, `namespace:key`. */
  readonly keys: readonly string[]
  /** Names whose markers are wanted, in one snapshot with generation and floor. */
  readonly names?: readonly string[]
  /** Asks for generation, clock and time, and starts a generation where there is none or the server is another one. */
  readonly question?: Question
}

export interface Question {
  /** 128 random bits in 32 hexadecimal digits: the generation, should one have to be started. */
  readonly candidate: string
  /** Milliseconds for which the markers must be kept at the least. */
  readonly keep: number
}

export interface ReadReply {
  /** Beside `keys`: the stored bytes, as they are. */
  readonly entries: readonly (Uint8Array | undefined)[]
  /** Undefined when not asked for, or when there is no generation. */
  readonly snapshot: Snapshot | undefined
  /** Undefined when not asked for. */
  readonly answer: Answer | undefined
}

/** The backend's view at one instant, restricted to the names asked for. */
export interface Snapshot {
  readonly generation: string
  readonly clock: number
  readonly floor: number
  /** Markers of the names asked for that have one. */
  readonly markers: ReadonlyMap<string, Marker>
}

export interface Answer {
  readonly generation: string
  readonly clock: number
  /** The backend's time in ms since 1970, with a fraction. */
  readonly time: number
}

export interface WriteRequest {
  readonly key: string
  /** A cache entry of the wire format; its header carries the same generation and clock. */
  readonly bytes: Uint8Array
  /** Milliseconds until the backend drops it. */
  readonly ttl: number
  readonly generation: string
  readonly clock: number
}

export interface InvalidateRequest {
  readonly names: readonly string[]
  readonly kind: 'hard' | 'soft'
  /** With `soft`: Redis time in ms from which it counts as hard. `Infinity` for never. */
  readonly deadline: number
  /** Paths of entries to unlink after the markers are set: economy, never needed for safety. */
  readonly unlink: readonly string[]
  /** See {@link Question}. */
  readonly candidate: string
  readonly keep: number
}

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
