/** What the cache needs of a backend so that of many processes one loads. Economy, never safety: a claim may be lost. */
export interface ClaimStore {
  /**
   * Claims the load of an entry for a holder, unless another one has it. A holder that claims again holds it for `ttl`
   * from now.
   */
  claim(request: ClaimRequest, timeout: number): Promise<Claimed>
  /** Ends a holder's claim. One that somebody else has by now stays. */
  release(request: ReleaseRequest, timeout: number): Promise<void>
}

export interface ClaimRequest {
  /** Path of the entry. */
  readonly path: string
  /** 128 random bits in 32 hexadecimal digits: the holder, for one load. */
  readonly token: string
  /** Milliseconds after which it is anybody's again, should the holder be gone. */
  readonly ttl: number
  /** Whether the pause after a failed load counts as held by somebody else. */
  readonly patient: boolean
}

export type Claimed =
  /** `failures`: how many holders before have failed in a row; forgotten a minute after the last pause or claim. */
  | { readonly granted: true; readonly failures: number }
  /** Nobody need hold it, and nobody holds it now: what the last holder has loaded was not stored. Never for the patient. */
  | { readonly granted: 'open' }
  /** `remaining`: milliseconds until it is free unless it is renewed; `paused`: nobody loads, the last one has failed. */
  | { readonly granted: false; readonly remaining: number; readonly paused: boolean }

export interface ReleaseRequest {
  readonly path: string
  readonly token: string
  /** Milliseconds for which nobody should try again, because the load failed; 0 after a success. */
  readonly pause: number
  /**
   * Without a pause: milliseconds for which whoever claims it is told that nobody need hold it, because nothing was
   * stored.
   * @default 0
   */
  readonly open?: number
}
