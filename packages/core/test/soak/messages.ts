/** What the process under test is started with. */
export interface Orders {
  readonly seed: number
  /** Ways to the same Redis, one for each instance that connects by itself. */
  readonly urls: readonly string[]
}

/** What the process under test is told. */
export type ToChild =
  | { readonly kind: 'start'; readonly orders: Orders }
  /** Works until it is told to rest. */
  | { readonly kind: 'work' }
  /** Ends what runs, waits until all instances have got over what was done to them, and measures itself. */
  | { readonly kind: 'rest' }
  /** Closes everything. */
  | { readonly kind: 'end' }

/** What the process under test tells. */
export type FromChild =
  | { readonly kind: 'ready' }
  | { readonly kind: 'rested'; readonly footprint: Footprint }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'ended'; readonly done: Done }

/** What the process takes while nothing runs. Sizes are bytes after a forced collection. */
export interface Footprint {
  readonly heap: number
  /** Beside the heap: buffers, above all. */
  readonly external: number
  readonly resident: number
  readonly sockets: number
}

/** What the process has done in all. */
export interface Done {
  /** Operations by kind. */
  readonly operations: Readonly<Record<string, number>>
  /** Failures by kind, all of them expected. */
  readonly failures: Readonly<Record<string, number>>
  /** Invalidations that did not reach Redis at first. */
  readonly reachedHere: number
  /** What still kept the process alive after everything was closed. */
  readonly left: readonly string[]
}
