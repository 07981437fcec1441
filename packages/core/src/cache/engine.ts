import type { Clock } from '../clock.ts'
import { RedstartError } from '../errors.ts'
import { Coherence } from '../invalidation/coherence.ts'
import { TrackedKeys } from '../invalidation/tracked-keys.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { CacheStore } from './cache-store.ts'
import type { WaitUntil } from './call-options.ts'
import { Flights } from './flights.ts'
import { HeldEntries } from './held.ts'
import { InvalidationWatch } from './invalidation-watch.ts'
import { checkL1, L1, type L1Options } from './l1.ts'
import { LoadFrames } from './load-frame.ts'
import { Lookup } from './lookup.ts'
import { Purger } from './purge.ts'
import { ReadQueue } from './read-queue.ts'
import type { ReadThrough } from './read-through.ts'
import { createReads } from './reads.ts'
import { Invalidator } from './targets.ts'
import { type NamespaceConfig, type NamespaceOptions, Namespaces } from './settings.ts'
import { WriteGate } from './write-gate.ts'
import { Writer } from './write.ts'

export interface EngineOptions {
  readonly store: CacheStore
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly defaults: NamespaceOptions
  readonly namespaces: Readonly<Record<string, NamespaceConfig>>
  readonly l1: L1Options
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly deadline: number
  readonly strict: boolean
  readonly outage: 'load' | 'serve'
  /** Has the backend tell which entries are changed, by whomever. */
  readonly tracking: boolean
  /** 0 to 1. */
  readonly random: () => number
  readonly waitUntil: WaitUntil | undefined
}

/** The parts of one instance's cache, wired once. */
export interface Engine {
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly deadline: number
  /** Milliseconds. */
  readonly maxStaleness: number
  readonly coherence: Coherence
  readonly queue: ReadQueue
  readonly l1: L1
  readonly held: HeldEntries
  readonly reads: ReadThrough
  readonly writer: Writer
  readonly frames: LoadFrames
  readonly invalidator: Invalidator
  readonly purger: Purger
  /** 0 to 1. */
  readonly random: () => number
  readonly watch: InvalidationWatch
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
  const l1 = new L1(telemetry, options.l1, ownBounds(options.namespaces), tracked)
  const queue = new ReadQueue(store, coherence, clock, tracked)
  const lookup = new Lookup({ store, queue, coherence, clock, telemetry, maxStaleness, deadline })
  const held = new HeldEntries({ l1, coherence, clock, strict, outage, maxStaleness, tracked })
  const flights = new Flights()
  const frames = new LoadFrames()
  const writer = new Writer({ store: gated(store), coherence, l1, clock, telemetry, tracked, deadline })
  const { reads, settled } = createReads({ ...options, coherence, queue, lookup, held, l1, flights, frames, writer })
  const invalidator = new Invalidator(coherence, telemetry, clock)
  const checkOpen = (): void => {
    // A running load may read on: it ends before anything is closed.
    if (closing !== undefined && frames.current()?.isLoad !== true)
      throw new RedstartError('CLOSED', 'this Redstart instance was closed; create another one to go on')
  }
  const watch = new InvalidationWatch({ coherence, telemetry, clock, maxStaleness })
  const purger = new Purger({ store, invalidator, l1, flights, telemetry, deadline, checkOpen })
  const namespaces = new Namespaces(options.defaults, options.namespaces, telemetry)
  let closing: Promise<void> | undefined
  return {
    clock,
    telemetry,
    deadline,
    maxStaleness,
    coherence,
    queue,
    l1,
    held,
    frames,
    reads,
    writer,
    invalidator,
    purger,
    random: options.random,
    watch,
    namespaces,
    get closed() {
      return closing !== undefined
    },
    checkOpen,
    close() {
      closing ??= settled().then(async () => {
        watch.close()
        await invalidator.close()
        await coherence.close()
        await store.close()
        l1.clear()
      })
      return closing
    },
  }
}

/** The store, whose writes wait for each other. */
function gated(store: CacheStore): Pick<CacheStore, 'write' | 'touch'> {
  const gate = new WriteGate(store)
  return {
    write: (request, timeout) => gate.write(request, timeout),
    touch: (request, timeout) => store.touch(request, timeout),
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

/** The bounds of the namespaces that have some of their own. */
function ownBounds(namespaces: EngineOptions['namespaces']): ReadonlyMap<string, L1Options> {
  const bounds = new Map<string, L1Options>()
  for (const [name, options] of Object.entries(namespaces)) {
    if (options?.l1 !== undefined) bounds.set(name, checkL1(`namespaces.${name}.l1`, options.l1))
  }
  return bounds
}
