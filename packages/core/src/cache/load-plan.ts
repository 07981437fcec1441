import type { Counters } from '../telemetry/counters.ts'
import type { CallPlan } from './call-options.ts'
import type { LoadContext } from './load-context.ts'
import type { Settings } from './settings.ts'

/** One read with a load, should it come to that, with all options resolved. */
export interface LoadPlan extends Settings, CallPlan {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
  readonly load: (context: LoadContext) => unknown
  /** Names of the tags that are known before the load. */
  readonly tagNames: readonly string[]
  /** Tags that follow from the value. */
  readonly resultTags: ((value: unknown) => readonly string[]) | undefined
}
