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
  /** Ends what opening began. The stores are closed by then. */
  dispose(): Promise<void>
}

/** Opens the backend under test, empty or not: each test uses an app name of its own. */
export type OpenBackend = (options: OpenOptions) => Promise<OpenedBackend>
