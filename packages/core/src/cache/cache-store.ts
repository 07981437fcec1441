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
import type { ClaimStore } from './claim-store.ts'
import type { Glob } from './glob.ts'

export type { Answer, Hint, Invalidated, InvalidateRequest, Question, Snapshot }

/**
 * What a backend does for the cache. Every operation is one trip and atomic in itself; none waits longer than its
 * `timeout` or is ever sent twice. Failures reject with a `RedstartError` of code `STORE_TIMEOUT`, `STORE_UNAVAILABLE`
 * or `STORE_FAILED`.
 */
export interface CacheStore extends InvalidationStore, ClaimStore {
  /** Reads entries, markers and the counter; only the parts asked for are fetched, in one trip. */
  read(request: ReadRequest, timeout: number): Promise<ReadReply>
  /** Stores an entry, unless one of the same generation with a higher clock is there. `VALUE_TOO_LARGE` if it can never fit. */
  write(request: WriteRequest, timeout: number): Promise<'stored' | 'outranked'>
  /** Gives an entry other instants, if the one of that generation and clock is still there; false if not. */
  touch(request: TouchRequest, timeout: number): Promise<boolean>
  /**
   * Walks over what is stored: batches of paths that match, in no order, some of them empty. An entry that is there from
   * the first step to the end is told at least once; one that comes or goes meanwhile, or is on its way to another
   * server, may or may not be; some may be told twice. What is under the same prefix and is no entry is left out. It
   * holds no more than one batch at a time, reads the next when it is asked for, and rejects where one step of it takes
   * longer than `timeout` or fails; begun again it begins anew.
   */
  scan(request: ScanRequest, timeout: number): AsyncIterable<readonly string[]>
  /**
   * Drops entries, and nothing but these: economy, no invalidation. Rejects when one of them could not be dropped; others
   * may have been.
   *
   * @returns how many were there.
   */
  remove(paths: readonly string[], timeout: number): Promise<number>
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
  /** Names whose markers are wanted, in one snapshot with generation and floors. */
  readonly names?: readonly string[] | undefined
  readonly question?: Question | undefined
}

/** Which entries are looked for. */
export interface ScanRequest {
  /** Compared with the whole path. */
  readonly match: Glob
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

/** Another life for a stored entry. Its clock stays: it is not newer for being kept. */
export interface TouchRequest extends Omit<WriteRequest, 'bytes'> {
  /** Redis time in ms, whole. */
  readonly freshUntil: number
  readonly staleUntil: number
}
