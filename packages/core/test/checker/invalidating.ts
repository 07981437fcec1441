import type { Reached } from '../../src/index.ts'

/** One invalidation that may be made. */
export interface Invalidating {
  readonly names: readonly string[]
  /** What it hits is stale, and not gone. */
  readonly lazy?: boolean
  /** False where listeners are not told of it by these names. */
  readonly told?: boolean
  readonly set?: number
  readonly run: () => Promise<Reached>
}
