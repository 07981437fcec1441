import type { Clock } from '../clock.ts'
import { count, type Counters, LOAD_ERROR } from '../telemetry/counters.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import { checkValue, type Refused } from '../schema-check.ts'
import { checkContent, rejected } from './check-value.ts'
import type { Content } from './entry.ts'
import type { StandardSchemaV1 } from '../standard-schema.ts'

interface Place {
  readonly namespace: string
  readonly path: string
  readonly counters: Counters
}

/** Has schemas look at what loaders returned; what does not fit is told, counted as a failed load and thrown. */
export class LoadedChecks {
  readonly #telemetry: Telemetry
  readonly #clock: Clock

  constructor(telemetry: Telemetry, clock: Clock) {
    this.#telemetry = telemetry
    this.#clock = clock
  }

  /** What the schema makes of a value that can be stored. The backend gets the value itself: its readers check it again. */
  async content(place: Place, schema: StandardSchemaV1, stored: Content): Promise<Content> {
    return this.#accepted(place, await checkContent(schema, stored, this.#clock)).content
  }

  /** What the schema makes of one that cannot. */
  async value(place: Place, schema: StandardSchemaV1, value: unknown): Promise<unknown> {
    return this.#accepted(place, await checkValue(schema, value, this.#clock)).value
  }

  #accepted<Accepted extends { readonly ok: true }>(place: Place, checked: Accepted | Refused): Accepted {
    if (checked.ok) return checked
    const { namespace, path: key, counters } = place
    count(counters, LOAD_ERROR)
    this.#telemetry.emit({ type: 'cache.reject', namespace, key, origin: 'loaded', issues: checked.issues })
    throw rejected(key, checked.issues)
  }
}
