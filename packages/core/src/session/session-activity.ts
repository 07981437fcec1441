/** What a session did. */
export type Activity =
  | { readonly kind: 'created' | 'used'; readonly sid: string; readonly device: Device; readonly expires: number }
  | { readonly kind: 'ended'; readonly sid: string; readonly device: Device }

/** What kind of device a user agent says it is. */
export type Device = 'desktop' | 'mobile' | 'tablet' | 'bot' | 'other'

export interface StatisticsRequest {
  /** Milliseconds: sessions count as recently active that were used within them. */
  readonly within: number
}

export interface StoredStatistics {
  /** Sessions that have not ended. */
  readonly active: number
  readonly byDevice: Readonly<Record<Device, number>>
  /** Those of them that were used within the time asked for. */
  readonly recent: number
  /** Created in each of the last sixty minutes, the running one last. */
  readonly createdPerMinute: readonly number[]
}
