/** What a backend can tell of its stored entries, whoever changes them: any program in any language, expiry, eviction. */
export interface TrackingStore {
  /** Has changes told from the first {@link KeyTracking.confirm} on, until the store is closed. */
  track(listener: KeyListener): KeyTracking
}

export interface KeyListener {
  /** The entry of this path was stored, changed or removed; by this process, too. */
  changed(path: string): void
  /** Changes may have gone untold until now: any entry may have changed. */
  lost(): void
}

export interface KeyTracking {
  /**
   * Resolves when every change made before the call has been told, or a loss has been. Rejects when that cannot be said
   * within `timeout` ms.
   */
  confirm(timeout: number): Promise<void>
}
