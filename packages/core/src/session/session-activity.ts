/** What a session did. One that has ended is known by its `sid` alone: whoever ends it may know nothing else of it. */
export type Activity =
  | (NotedSession & { readonly kind: 'created' | 'used'; readonly expires: number })
  | { readonly kind: 'ended'; readonly sid: string }

/** Whose activity it is: always told the same of one session. */
export interface NotedSession {
  readonly sid: string
  readonly device: Device
  /** The backend's time in ms. */
  readonly created: number
}

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
  /**
   * Milliseconds from the beginning to the last use, of those that have not ended: of a thousand for each kind of device
   * where there are more; undefined where there is none.
   */
  readonly averageLength: number | undefined
  /** Created in each of the last sixty minutes, the running one last. */
  readonly createdPerMinute: readonly number[]
}
