import { Admission } from './admission.ts'
import { BackOffs } from './back-off.ts'
import { Background } from './background.ts'
import type { WaitUntil } from './call-options.ts'
import { type ClaimsOptions, Claims } from './claims.ts'
import { Course } from './course.ts'
import { FailedLoads } from './failed-loads.ts'
import type { Flights } from './flights.ts'
import { Loader, type LoaderParts } from './load.ts'
import { ReadThrough } from './read-through.ts'
import type { ReadParts } from './read-parts.ts'
import { Reader, type ReaderParts } from './reader.ts'
import { Runs } from './runs.ts'
import { Turns } from './turns.ts'

/** What reads are made of, from the rest of the engine. */
export interface ReadsParts
  extends
    ReaderParts,
    Pick<LoaderParts, 'coherence' | 'queue' | 'writer'>,
    Pick<ReadParts, 'maxStaleness'>,
    Pick<ClaimsOptions, 'store'> {
  readonly flights: Flights
  readonly waitUntil: WaitUntil | undefined
}

/** The parts of reading and loading, wired once. */
export interface Reads {
  readonly reads: ReadThrough
  /** Resolves when no load runs any more that somebody waits for, nor any work in the background. */
  settled(): Promise<void>
}

export function createReads(parts: ReadsParts): Reads {
  const { flights, coherence, clock } = parts
  const turns = new Turns(clock)
  const runs = new Runs({ ...parts, turns })
  const admission = new Admission(clock)
  const failedLoads = new FailedLoads(coherence, clock)
  const background = new Background(parts.waitUntil, parts.telemetry)
  const backOffs = new BackOffs(clock)
  const claims = new Claims({ ...parts, background })
  const loader = new Loader({ ...parts, turns, runs, failedLoads, admission })
  const reader = new Reader(parts)
  const course = new Course({ ...parts, reader, loader, claims, backOffs, failedLoads, background })
  const reads = new ReadThrough({ ...parts, reader, course, backOffs, failedLoads, admission, background })
  return {
    reads,
    async settled() {
      await flights.settled()
      await background.settled()
    },
  }
}
