import type { Clock } from '../clock.ts'
import type { Coherence } from '../invalidation/coherence.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Admission } from './admission.ts'
import type { BackOffs } from './back-off.ts'
import type { Background } from './background.ts'
import type { Course } from './course.ts'
import type { FailedLoads } from './failed-loads.ts'
import type { Flights } from './flights.ts'
import type { HeldEntries } from './held.ts'
import type { Reader } from './reader.ts'

/** What every read is made of. */
export interface ReadParts {
  readonly reader: Reader
  readonly course: Course
  readonly coherence: Coherence
  readonly flights: Flights
  readonly held: HeldEntries
  readonly backOffs: BackOffs
  readonly failedLoads: FailedLoads
  readonly admission: Admission
  readonly background: Background
  readonly clock: Clock
  readonly telemetry: Telemetry
  /** Milliseconds for which an answer proves the view. */
  readonly maxStaleness: number
}
