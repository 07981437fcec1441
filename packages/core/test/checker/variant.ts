import type { Patch } from '../processes/bundle.ts'
import type { Kind } from './invalidations.ts'

/** A mechanism of reads or writes with a mistake in it, which the checker must find. */
export interface Variant {
  readonly name: string
  readonly patches: readonly Patch[]
  /** What is invalidated: what the mistake needs, so that it is not hidden by the rest. @default all kinds */
  readonly kinds?: readonly Kind[]
  /** How is read. @default in all ways */
  readonly readings?: readonly string[]
}
