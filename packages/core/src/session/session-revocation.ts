import type { SessionAddress } from './session-address.ts'

export interface RevokeRequest {
  readonly addresses: readonly SessionAddress[]
  readonly durability?: Durability | undefined
}

export interface RevokeAllRequest {
  readonly tag: string
  /** A `sid` that is left. */
  readonly except?: string | undefined
  readonly durability?: Durability | undefined
}

/** How many replicas must have it, and how long that is waited for, in ms. */
export interface Durability {
  readonly replicas: number
  readonly within: number
}

export interface RevokeReply {
  /** Those that counted until now. */
  readonly sids: readonly string[]
  /** How many replicas have it; undefined where that was not asked. */
  readonly replicas: number | undefined
  readonly now: number
}

/** `sids` undefined: all of the tag but `except`. */
export interface Revocation {
  readonly tag: string | undefined
  readonly sids: readonly string[] | undefined
  readonly except: string | undefined
}
