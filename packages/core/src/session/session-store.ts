import type { FormerStore } from './former-store.ts'
import type { Activity, StatisticsRequest, StoredStatistics } from './session-activity.ts'
import type { Presented, SessionAddress, UserAddress } from './session-address.ts'
import type { Durability, Revocation, RevokeAllRequest, RevokeReply, RevokeRequest } from './session-revocation.ts'

export type { Activity, Device, StatisticsRequest, StoredStatistics } from './session-activity.ts'
export type {
  Durability,
  Presented,
  Revocation,
  RevokeAllRequest,
  RevokeReply,
  RevokeRequest,
  SessionAddress,
  UserAddress,
}

/**
 * What a backend does for sessions. Every operation is atomic and one script over the keys of one slot; none waits longer
 * than its `timeout` or is ever sent twice. Failures reject with a `RedstartError` of code `STORE_TIMEOUT`,
 * `STORE_UNAVAILABLE` or `STORE_FAILED`. All instants are the backend's own time, in ms since 1970.
 *
 * A record is a selector (`sid`, which never changes) and a verifier (the hash of a secret, which is replaced). A record
 * of a signed-in user counts only while its `sid` is in the user's index with an instant in the future.
 */
export interface SessionStore {
  /** What time it is. */
  time(timeout: number): Promise<number>
  /** Stores a new record; one of a signed-in user is entered in the user's index. */
  create(request: CreateRequest, timeout: number): Promise<CreateReply>
  /**
   * Reads a record. It is touched when that is due, and the next secret takes the place of the current one when it is the
   * one that is presented: unless `readOnly`, which changes nothing.
   */
  load(request: LoadRequest, timeout: number): Promise<LoadReply>
  /** Changes fields, and nothing else of the record; all of it or nothing. */
  commit(request: CommitRequest, timeout: number): Promise<CommitReply>
  /** Gives a record a next secret, unless it has one: then that one is told. */
  rotate(request: RotateRequest, timeout: number): Promise<RotateReply>
  /**
   * Ends a record because another one takes its place. For a minute it answers `ended`, so that requests under way do not
   * take themselves for signed out.
   */
  end(request: EndRequest, timeout: number): Promise<EndReply>
  /** Ends records, whatever their secrets, and tells who listens. */
  revoke(request: RevokeRequest, timeout: number): Promise<RevokeReply>
  /** Ends all records of a user, but for `except`, and tells who listens. */
  revokeAll(request: RevokeAllRequest, timeout: number): Promise<RevokeReply>
  /** The records of a user that count. */
  list(tag: string, timeout: number): Promise<readonly ListedRecord[]>
  /** Counts one creation by a client; false when there were `limit` within the last `window` ms. */
  admit(request: AdmitRequest, timeout: number): Promise<boolean>
  /** What another library keeps there; left out by a backend that no other library writes to. */
  readonly former?: FormerStore
  /** Takes note of what sessions did; for statistics, and never for deciding anything. */
  note(activity: readonly Activity[], timeout: number): Promise<void>
  /** Sums up what was noted. */
  statistics(request: StatisticsRequest, timeout: number): Promise<StoredStatistics>
  /**
   * Tells every revocation that is made from now on, by any process, at most once: word of one may be lost.
   *
   * @returns how to stop.
   */
  subscribe(listener: (revocation: Revocation) => void): () => void
  /** Ends everything the store holds open. Calls that come later reject with `CLOSED`. */
  close(): Promise<void>
}

/** Opens the sessions of one namespace. */
export interface SessionStoreOptions {
  /** Second part of every key. */
  readonly namespace: string
}

/**
 * Why nothing was read or changed.
 *
 * - `missing` - there is no such record.
 * - `unknown` - its layout is another version's.
 * - `expired` - its absolute end has passed.
 * - `revoked` - it is not in its user's index any more.
 * - `reuse` - the secret is none that is valid, though it once was.
 * - `ended` - another record took its place less than a minute ago.
 */
export type Refusal = 'missing' | 'unknown' | 'expired' | 'revoked' | 'reuse' | 'ended'

export interface Refused {
  readonly kind: Refusal
  readonly now: number
}

/** The script came to run after `until`, so it did nothing. */
export interface Late {
  readonly kind: 'late'
  readonly now: number
}

/** What a record that is alive says of the secret that was presented. `next`, sealed under it, is told to the current one. */
export interface Alive {
  readonly secret: 'current' | 'previous'
  readonly next: Uint8Array | undefined
  readonly now: number
}

export interface CreateRequest {
  readonly address: SessionAddress
  readonly verifier: string
  readonly core: Uint8Array
  readonly fields: ReadonlyMap<string, Uint8Array>
  /** Milliseconds without use after which it ends. */
  readonly idle: number
  /** The instant at which it ends in any case. */
  readonly absolute: number
  /** Of a signed-in user: how many records there may be with this one, and what else happens. */
  readonly limit?: SessionLimit | undefined
  readonly durability?: Durability | undefined
  /** A record under the same tag that has ended and kept its place, which this one takes: else it is not made. */
  readonly placeOf?: string | undefined
  readonly until: number
}

export interface SessionLimit {
  /** 1 to 1000. */
  readonly max: number
  readonly onExceed: 'evict-soonest-to-expire' | 'reject'
}

export type CreateReply =
  | {
      readonly kind: 'created'
      readonly evicted: readonly string[]
      /** How many replicas have it; undefined where that was not asked. */
      readonly replicas: number | undefined
      readonly now: number
    }
  /** The user has as many as there may be. */
  | { readonly kind: 'rejected'; readonly now: number }
  /** There is a record under this address. */
  | { readonly kind: 'taken'; readonly now: number }
  /** The place that it was to take was given up, by a revocation. */
  | { readonly kind: 'revoked'; readonly now: number }
  | Late

export interface LoadRequest extends Presented {
  /**
   * Milliseconds since the last use that was noted, from which on a load notes one; a tenth of the record's idle time
   * where that is less. @default it is not noted
   */
  readonly touchAfter?: number | undefined
  readonly readOnly: boolean
  /** How long the previous secret is good for when the next one takes its place, in ms. */
  readonly grace: number
}

export type LoadReply = LoadedRecord | Refused

export interface LoadedRecord extends Alive {
  readonly kind: 'loaded'
  readonly core: Uint8Array
  readonly fields: ReadonlyMap<string, Uint8Array>
  readonly created: number
  readonly touched: number
  /** Since when the current secret is the current one. */
  readonly rotated: number
  readonly idle: number
  readonly absolute: number
  /** This load noted a use. */
  readonly noted: boolean
  /** This load put the next secret in the place of the current one. */
  readonly promoted: boolean
}

export interface CommitRequest extends Presented {
  readonly changes: readonly FieldChange[]
  /** Takes the place of the sealed core, if that is still the one with this nonce; else nothing at all is changed. */
  readonly core?: { readonly bytes: Uint8Array; readonly nonce: Uint8Array } | undefined
  /** Another idle time, in ms. */
  readonly idle?: number | undefined
  /** Notes a use. */
  readonly touch: boolean
  readonly grace: number
  readonly until: number
}

/** A field that is set, or deleted where `bytes` is undefined. */
export interface FieldChange {
  readonly field: string
  readonly bytes: Uint8Array | undefined
  /** Bytes 8 to 19 of the value that the change was made from; empty where there was none. */
  readonly nonce: Uint8Array
  /** What to do where there is another value by now: change it all the same, leave it, or change nothing at all. */
  readonly onMismatch: 'change' | 'leave' | 'refuse'
}

export type CommitReply =
  | (Alive & {
      readonly kind: 'committed'
      /** Fields that had another value than the change was made from. */
      readonly mismatched: readonly string[]
    })
  /** Something that was to be refused on a mismatch did not match; nothing was changed. */
  | (Alive & { readonly kind: 'conflict'; readonly fields: ReadonlyMap<string, Uint8Array | undefined> })
  /** There would be more fields than a record may have; nothing was changed. */
  | { readonly kind: 'full'; readonly now: number }
  | Late
  | Refused

export interface RotateRequest extends Presented {
  /** The hash of the next secret. */
  readonly nextVerifier: string
  /** The next secret, sealed under the one that is presented. */
  readonly next: Uint8Array
  readonly until: number
  readonly grace: number
}

/** `next` is the stored one, which may be another's. */
export type RotateReply = (Alive & { readonly kind: 'rotated' }) | Late | Refused

export interface EndRequest extends Presented {
  readonly grace: number
  /** Its place in the user's index stays, for the record that takes it: see `placeOf`. @default it is given up */
  readonly keepsPlace?: boolean
}

export type EndReply =
  | {
      readonly kind: 'ended-now'
      readonly core: Uint8Array
      readonly fields: ReadonlyMap<string, Uint8Array>
      readonly now: number
    }
  | Refused

export interface ListedRecord {
  readonly sid: string
  /** When it ends unless it is used before. */
  readonly expires: number
  readonly created: number
  readonly touched: number
  readonly absolute: number
  readonly core: Uint8Array
}

export interface AdmitRequest {
  /** A hash that stands for the client. */
  readonly client: string
  readonly limit: number
  readonly window: number
}
