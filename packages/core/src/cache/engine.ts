import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import { Coherence } from '../invalidation/coherence.ts'
import { TrackedKeys } from '../invalidation/tracked-keys.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { CacheStore } from './cache-store.ts'
import { Flights } from './flights.ts'
import { HeldEntries } from './held.ts'
import { L1, type L1Options } from './l1.ts'
import { Loader } from './load.ts'
import { LoadFrames } from './load-frame.ts'
import { Lookup } from './lookup.ts'
import { ReadQueue } from './read-queue.ts'
import { ReadThrough } from './read-through.ts'
import { Reader } from './reader.ts'
import { Invalidator } from './targets.ts'
import { Namespaces, type NamespaceOptions } from './settings.ts'
import { Writer } from './write.ts'

export interface EngineOptions {
  readonly store: CacheStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly namespaces: Readonly<Record<string, NamespaceOptions>>
  readonly l1: L1Options
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly deadline: number
  readonly strict: boolean
  readonly outage: 'load' | 'serve'
  /** Has the backend tell which entries are changed, by whomever. */
  readonly tracking: boolean
}

/** The parts of one instance's cache, wired once. */
export interface Engine {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly deadline: number
  readonly coherence: Coherence
  readonly queue: ReadQueue
  readonly l1: L1
  readonly held: HeldEntries
  readonly reads: ReadThrough
  readonly writer: Writer
  readonly frames: LoadFrames
  readonly invalidator: Invalidator
  readonly namespaces: Namespaces
  /** Rejects calls that come after it; running loads finish first. */
  close(): Promise<void>
  readonly closed: boolean
  /** @throws RedstartError `CLOSED` after {@link Engine.close}, but not for what a running load calls. */
  checkOpen(): void
}

export function createEngine(options: EngineOptions): Engine {
  const { store, clock, telemetry, maxStaleness, deadline, strict, outage } = options
  const coherence = new Coherence(options)
  const tracked = trackedKeys(options, (path) => l1.changed(path))
  const l1 = new L1(options.l1, tracked)
  const queue = new ReadQueue(store, coherence, clock, tracked)
  const lookup = new Lookup(store, queue, coherence, clock)
  const held = new HeldEntries({ l1, coherence, clock, strict, outage, maxStaleness, tracked })
  const flights = new Flights()
  const frames = new LoadFrames()
  const writer = new Writer({ store, coherence, l1, clock, telemetry, tracked, deadline })
  const loader = new Loader({ coherence, queue, writer, frames, clock, telemetry })
  const reader = new Reader({
    queue,
    lookup,
    loader,
    flights,
    frames,
    held,
    l1,
    clock,
    telemetry,
    deadline,
    strict,
    outage,
  })
  const reads = new ReadThrough({ reader, coherence, flights, frames, held, clock, telemetry, maxStaleness })
  const invalidator = new Invalidator(coherence, telemetry)
  const namespaces = new Namespaces(options.namespaces, telemetry)
  let closing: Promise<void> | undefined
  return {
    clock,
    telemetry,
    deadline,
    coherence,
    queue,
    l1,
    held,
    frames,
    reads,
    writer,
    invalidator,
    namespaces,
    get closed() {
      return closing !== undefined
    },
    checkOpen() {
      // A running load may read on: it ends before anything is closed.
      if (closing !== undefined && frames.current() === undefined)
        throw new RedstartError('CLOSED', 'this Redstart instance was closed; create another one to go on')
    },
    close() {
      closing ??= flights.settled().then(async () => {
        await coherence.close()
        await store.close()
        l1.clear()
      })
      return closing
    },
  }
}

function trackedKeys(options: EngineOptions, changed: (path: string) => void): TrackedKeys | undefined {
  const { store, clock, telemetry, maxStaleness, deadline, tracking } = options
  if (!tracking) return undefined
  if (store.track === undefined)
    throw new RedstartError(
      'UNSUPPORTED',
      "this backend cannot tell which entries are changed; leave out coherence: 'tracking'",
    )
  const tellsChanges = { track: store.track.bind(store) }
  return new TrackedKeys({ store: tellsChanges, clock, telemetry, maxStaleness, deadline, changed })
}
