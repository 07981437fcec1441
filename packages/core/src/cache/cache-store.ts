import type {
  Answer,
  Hint,
  Invalidated,
  InvalidateRequest,
  InvalidationStore,
  Question,
  Snapshot,
} from '../invalidation/invalidation-store.ts'
import type { KeyListener, KeyTracking } from '../invalidation/tracking-store.ts'
import type { StoreHealth } from '../telemetry/health.ts'

export type { Answer, Hint, Invalidated, InvalidateRequest, Question, Snapshot }

/**
 * What a backend does for the cache. Every operation is one trip and atomic in itself; none waits longer than its
 * `timeout` or is ever sent twice. Failures reject with a `RedstartError` of code `STORE_TIMEOUT`, `STORE_UNAVAILABLE`
 * or `STORE_FAILED`.
 */
export interface CacheStore extends InvalidationStore {
  /** Reads entries, markers and the counter; only the parts asked for are fetched, in one trip. */
  read(request: ReadRequest, timeout: number): Promise<ReadReply>
  /** Stores an entry, unless one of the same generation with a higher clock is there. `VALUE_TOO_LARGE` if it can never fit. */
  write(request: WriteRequest, timeout: number): Promise<'stored' | 'outranked'>
  /** Tells every change of a stored entry, once for each store; a backend that cannot leaves it out. */
  track?(listener: KeyListener): KeyTracking
  /** Says how the backend is; a backend that cannot tell leaves it out. */
  health?(timeout: number): Promise<StoreHealth>
  /** Ends everything the store holds open. Calls that come later reject with `CLOSED`. */
  close(): Promise<void>
}

/** Parts of one read. A part that is left out is not fetched. */
export interface ReadRequest {
  /** Paths of entries, `namespace:key`. */
  readonly keys: readonly string[]
  /** Names whose markers are wanted, in one snapshot with generation and floor. */
  readonly names?: readonly string[]
  readonly question?: Question
}

/** What came of a {@link ReadRequest}. */
export interface ReadReply {
  /** Beside `keys`: the stored bytes, as they are. */
  readonly entries: readonly (Uint8Array | undefined)[]
  /** Undefined when not asked for, or when there is no generation. */
  readonly snapshot: Snapshot | undefined
  /** Undefined when not asked for. */
  readonly answer: Answer | undefined
}

/** One entry on its way to the backend. */
export interface WriteRequest {
  readonly key: string
  /** A cache entry of the wire format; its header carries the same generation and clock. */
  readonly bytes: Uint8Array
  /** Milliseconds until the backend drops it. */
  readonly ttl: number
  readonly generation: string
  readonly clock: number
}
