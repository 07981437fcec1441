/** What the response cache, and what stands in front of it, tell. */
export type HttpEvent =
  /**
   * An answer that is to be stored depends on a header of the request that is neither in its key nor in its `Vary`: whoever
   * sends it decides what others are given. Told once for each header and kind of path.
   */
  | {
      readonly type: 'http.unkeyed'
      /** The header, in lower case. */
      readonly header: string
      /** The path of the request that it was seen with. */
      readonly path: string
      /** What became of the answer: stored as it is, not stored, or stored with the header in its `Vary`. */
      readonly outcome: 'stored' | 'refused' | 'varies'
    }
  /** Pages were dropped by their targets: by `purgePages`, or by a request that changed them. */
  | {
      readonly type: 'http.pages-dropped'
      readonly host: string | undefined
      /** Paths with their queries. */
      readonly targets: readonly string[]
    }
  /** A cache in front of the application was not reached: what it has of these may be old until its time is over. */
  | {
      readonly type: 'http.purge-failed'
      /** Which of the sinks, counted from 0. */
      readonly sink: number
      readonly tags: readonly string[]
      readonly urls: readonly string[]
      readonly error: unknown
    }
