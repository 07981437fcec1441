/** What the handlers of one app are told by `withRedstart()`, in the file that it writes. Durations are milliseconds. */
export interface HandlerSettings {
  /** Tells the runtimes of one process apart. */
  readonly id: string
  readonly namespace: string
  readonly retention: number
  readonly maxEntryBytes: number
  readonly deploymentId: string
  /**
   * How far the clock of the machine that builds may be from Redis's. Pages of the build are not served where it is left out.
   */
  readonly buildClockSkew?: number
}

/** What handlers are made from. */
export interface HandlerSetup {
  /** The module whose default export is what `createRedstart` takes, or a function that gives it or an instance. */
  readonly config: () => Promise<{ readonly default: unknown }>
  readonly settings: HandlerSettings
}
