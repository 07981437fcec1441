import type { Counters } from '../telemetry/counters.ts'
import type { Form } from './form.ts'
import type { EarlyRefresh } from './load-options.ts'

/** What is read. */
export interface ReadTarget {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  /** What the reader expects. */
  readonly form: Form
  /** When what is found is refreshed before its end. @default false */
  readonly earlyRefresh?: EarlyRefresh
}
