/** What one policy of a check has left, as headers tell it; a result of the limiter under its policy's name. */
export interface Quota {
  readonly name: string
  /** What there is in all. */
  readonly limit: number
  /** In which all of it comes back; undefined where time has nothing to do with it. */
  readonly windowMs: number | undefined
  readonly remaining: number
  /** Until there is more than remains; 0 where nothing is taken. */
  readonly nextAfterMs: number
  /** Until all of it is there; 0 where nothing is taken. */
  readonly resetAfterMs: number
  /** What is counted: of the registry of draft-ietf-httpapi-ratelimit-headers-10, 10.3. */
  readonly unit: QuotaUnit
}

export type QuotaUnit = 'requests' | 'content-bytes' | 'concurrent-requests'

/** The one that a client has to mind: with the least left, and of several the one that takes longest. */
export function tightestOf(quotas: readonly Quota[]): Quota | undefined {
  let tightest: Quota | undefined
  for (const quota of quotas) {
    if (
      tightest === undefined ||
      quota.remaining < tightest.remaining ||
      (quota.remaining === tightest.remaining && quota.nextAfterMs > tightest.nextAfterMs)
    )
      tightest = quota
  }
  return tightest
}
