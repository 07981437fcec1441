import type { Counters } from '../telemetry/counters.ts'
import type { Serializer } from '../wire/index.ts'
import type { CompressionSettings } from './compression-options.ts'
import type { Form } from './form.ts'

/** Where a value goes, and for how long. */
export interface Placement {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  /** Milliseconds. */
  readonly ttl: number
  readonly stale: number
  readonly form: Form
  readonly serializer: Serializer
  readonly compression: CompressionSettings | undefined
}

/** What a value is bound to. */
export interface Origin {
  readonly generation: string
  readonly clock: number
  readonly sequence: number
  readonly since: number
  /** All names, the implied ones included. */
  readonly names: readonly string[]
  /** How many of them are tags of its own. */
  readonly tags: number
  /** Redis time in ms when the load began, the earliest it can be. */
  readonly loaded: number
  readonly cost: number
  /** Redis time in ms from which its lifetime counts. @default when it is written */
  readonly ended?: number
  /** False when the backend is known not to answer: nothing is sent. */
  readonly reached: boolean
}
