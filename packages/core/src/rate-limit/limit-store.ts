import type { Taken } from './counting/counting.ts'
import type { BlockSettings, NamedPolicy } from './policy.ts'

/**
 * What a backend does for limits. Every operation is atomic and one script for all keys of one slot; none waits longer than
 * its `timeout` or is ever sent twice. Failures reject with a `RedstartError` of code `STORE_TIMEOUT`, `STORE_UNAVAILABLE`
 * or `STORE_FAILED`. What is told are durations, in whole microseconds, by the backend's own clock.
 */
export interface LimitStore {
  /** What answers. */
  readonly mode: 'redis' | 'memory'
  /** Evaluates limits, and takes from all of them or from none. What is refused changes nothing. */
  check(request: LimitRequest, timeout: number): Promise<LimitReply>
  /**
   * Gives back what was taken, as far as it is still missing; of what was taken before somebody was given some without having
   * taken it, nothing where it is not known how much of it that was.
   *
   * @param forget the reply to the check that took it, where an id stands for it.
   */
  giveBack(gifts: readonly Gift[], timeout: number, forget?: RememberedReply): Promise<void>
  /** Takes hold of a permit; one that is held already stays so. */
  acquire(request: PermitRequest, timeout: number): Promise<PermitReply>
  /** Holds on to a permit; false where it has run out. */
  renew(request: PermitRequest, timeout: number): Promise<boolean>
  /** Lets go of a permit; one that has run out is no error. */
  release(request: PermitRequest, timeout: number): Promise<void>
  /** Blocks a key, or keeps it blocked. */
  block(request: BlockRequest, timeout: number): Promise<BlockReply>
  /** Ends the block of a key, and forgets those before. */
  unblock(key: string, timeout: number): Promise<void>
  /** Forgets what was taken of a key: it is given back by nobody any more. */
  reset(key: string, policies: readonly NamedPolicy[], timeout: number): Promise<void>
  /**
   * Says that an instance is alive for so many ms, or has ended with 0, and counts those that are alive.
   *
   * @returns undefined where nobody else could be.
   */
  alive(instance: string, ms: number, timeout: number): Promise<number | undefined>
  /** Ends what the store holds open. Calls that come later reject with `CLOSED`. */
  close(): Promise<void>
}

/** One limit of a check. */
export interface LimitItem extends NamedPolicy {
  /** Who is limited. */
  readonly key: string
  /** 0 to look only. */
  readonly cost: number
}

export interface LimitRequest {
  readonly items: readonly LimitItem[]
  /** All of the cost, as much of it as there is, nothing, or all of it without asking. */
  readonly taking: Taking
  /** The same request again gets the same reply, and takes nothing. */
  readonly remember: { readonly id: string; readonly ms: number } | undefined
}

export type Taking = 'all' | 'upto' | 'nothing' | 'anyway'

export type LimitReply = Decided | Blocked

/** Limits were evaluated. */
export interface Decided {
  readonly kind: 'decided'
  readonly allowed: boolean
  /** The reply to an earlier request of the same id. */
  readonly duplicate: boolean
  /** How many of the first item may be used; 0 where it is refused. */
  readonly granted: number
  /** Round trips that it took. */
  readonly trips: number
  /** Of each item, in their order. */
  readonly results: readonly ItemResult[]
}

/** A key is blocked, whatever its limits say. */
export interface Blocked {
  readonly kind: 'blocked'
  /** Microseconds. */
  readonly remaining: number
  readonly reason: string
  readonly trips: number
}

/** What came of one limit. */
export interface ItemResult extends Taken {
  /** `never`: the cost is more than there can ever be. */
  readonly passed: 'yes' | 'no' | 'never'
  /** How many are left. */
  readonly remaining: number
  /** Until it would pass. */
  readonly wait: number
}

/** The reply to a check, as it is remembered for its id. */
export interface RememberedReply {
  readonly id: string
  /** All limits of the check. */
  readonly items: readonly LimitItem[]
  /** The instant at which each of these took. */
  readonly results: readonly Pick<Taken, 'at'>[]
}

/** All of what is missing. */
export const EVERYTHING: number = Number.MAX_SAFE_INTEGER

/** Something that is given back. */
export interface Gift extends NamedPolicy {
  readonly key: string
  /** As it was told when it was taken. Undefined for a gift to whoever. */
  readonly taken: Taken | undefined
  readonly amount: number
}

export interface PermitRequest extends NamedPolicy {
  readonly key: string
  /** Random, the holder's own. */
  readonly id: string
  readonly weight: number
}

export type PermitReply =
  | {
      readonly kind: 'decided'
      readonly passed: 'yes' | 'no' | 'never'
      /** How many are held by now. */
      readonly used: number
      /** Microseconds until one runs out that is not renewed. */
      readonly wait: number
    }
  | Blocked

export interface BlockRequest {
  readonly key: string
  readonly settings: BlockSettings
  readonly reason: string
}

export interface BlockReply {
  /** Microseconds. */
  readonly remaining: number
  /** How often it came to that, within the time for which it is remembered. */
  readonly times: number
}
