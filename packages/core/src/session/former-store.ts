/** What another library keeps in the same backend, under keys that are named in full. */
export interface FormerStore {
  /** Undefined for none. */
  read(key: string, timeout: number): Promise<Uint8Array | undefined>
  /** The same, and it is gone then: of those who take it at once one gets it. */
  take(key: string, timeout: number): Promise<Uint8Array | undefined>
}
