import type { Backend } from '@redstart/core'

/** What a test asks of the backend that it opens. */
export interface OpenOptions {
  /** The most markers to keep; the backend's default where it is left out. */
  readonly markers?: number
}

/** A backend that one test uses. Its data may be shared with other tests: each has an app name of its own. */
export interface OpenedBackend {
  readonly backend: Backend
  /** The backend's own time, in ms since 1970. */
  now(): number | Promise<number>
  /**
   * How a program that knows nothing of Redstart stores bytes under an entry's path in an app's data, or with none
   * deletes it; left out where there can be no such program, or where the backend does not tell what it does.
   */
  foreign?(app: string, path: string, bytes: Uint8Array | undefined): Promise<unknown>
  /** Nobody is told of invalidations and revocations: others hear of them when they next ask. */
  readonly silent?: true
  /** Ends what opening began. The stores are closed by then. */
  dispose(): Promise<void>
}

/** Opens the backend under test, empty or not: each test uses an app name of its own. */
export type OpenBackend = (options: OpenOptions) => Promise<OpenedBackend>
