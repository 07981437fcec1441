import { impliedNames, tagNames } from '../invalidation/names.ts'
import { Budget } from './budget.ts'
import type { Cache } from './cache.ts'
import type { Engine } from './engine.ts'
import type { Entry } from './entry.ts'
import { ANY_FORM, type Form } from './form.ts'
import { loneFlight } from './flights.ts'
import type { Inside, LoadFrame, OpenFrame } from './load-frame.ts'
import type { Origin } from './placement.ts'
import type { ReadTarget } from './read-target.ts'
import type { Sight } from './reader.ts'
import type { NamespaceRecord } from './settings.ts'
import { tellHit, tellMiss } from './tell.ts'
import { type Moment, takeMoment } from './token.ts'
import type { Stored } from './write.ts'

/** Bytes on their way into the cache. */
export interface ByteWrite {
  readonly bytes: Uint8Array
  /** Milliseconds. */
  readonly ttl: number
  readonly stale: number
  /** Undefined for what nothing but its path can invalidate. */
  readonly tags: readonly string[] | undefined
  /** Taken before what the bytes are made of was read. */
  readonly moment: Moment
  /** What was read through the cache meanwhile, and is part of it. */
  readonly parts: LoadFrame
  /** The backend's time in ms from which its lifetime counts. */
  readonly ended: number
}

/** Something that is being made. */
export interface Beginning {
  /** What was read through the cache for it so far. */
  readonly parts: OpenFrame
  readonly inside: Inside
}

/**
 * What another part of Redstart keeps in the cache, as bytes under paths of one namespace. They are decided like any entry,
 * and shared: whoever reads them must not change them.
 */
export class ByteEntries {
  readonly #engine: Engine
  readonly #record: NamespaceRecord

  /** @throws RedstartError `INVALID_ARGUMENT` for what is no namespace. */
  constructor(engine: Engine, namespace: string) {
    this.#engine = engine
    this.#record = engine.namespaces.get(namespace)
  }

  /** After `close()`, nothing is read or kept any more. */
  get closed(): boolean {
    return this.#engine.closed
  }

  /** The latest that the backend's time can be, in ms. */
  get time(): number {
    const { coherence, clock } = this.#engine
    return coherence.time.latest(clock.now())
  }

  /** Own instant in ms. */
  get now(): number {
    return this.#engine.clock.now()
  }

  /** Runs a callback later, without keeping the process alive. @returns how to prevent it. */
  schedule(ms: number, callback: () => void): () => void {
    return this.#engine.clock.schedule(ms, callback)
  }

  /** How long anything that is made may take, in ms. */
  get loadTimeout(): number {
    return this.#record.settings.loadTimeout
  }

  /** Whether what was read before may be served now although what was to replace it failed. */
  servable(path: string, entry: Entry): boolean {
    return this.#engine.held.servable(path, entry)
  }

  /** What memory has, fresh, and may be used without asking anybody. */
  hit(path: string): Entry | undefined {
    const entry = this.#engine.held.hit(path)
    return entry === undefined || entry.form.shape !== this.#record.settings.form.shape ? undefined : entry
  }

  /**
   * What memory or the backend has, fresh or stale. Never rejects while the instance is open.
   *
   * @param newest looks for what may have replaced an entry that is stale in memory.
   */
  look(path: string, budget: Budget, newest: boolean = false): Promise<Sight> {
    return this.#engine.reads.sight(this.#target(path), budget, newest)
  }

  /** What one request may spend in the backend, whatever it does there: a stalled one is met once. */
  budget(): Budget {
    return new Budget(this.#engine.clock, this.#engine.deadline)
  }

  /** What begins at a moment: what it reads through the cache is part of what it makes, until it is ended. */
  begin(path: string, moment: Moment, budget: Budget): Beginning {
    const { frames } = this.#engine
    const frame = frames.openAround(loneFlight(path, this.#record.settings.form, budget), budget, moment)
    return { parts: frame, inside: frames.enter(frame) }
  }

  /** Counts what came of a read. */
  tell(path: string, sight: Sight): void {
    const { telemetry } = this.#engine
    const target = this.#target(path)
    if (sight.kind === 'missing') tellMiss(telemetry, target, sight.reason)
    else tellHit(telemetry, target, sight.entry, sight.tier, sight.kind === 'stale')
  }

  /** The present moment, for what is about to be made. Not waited for where this process knows it already. */
  moment(): Moment | Promise<Moment> {
    return takeMoment(this.#engine)
  }

  /** The earliest that the backend's time can be now, in whole ms: a lifetime that begins then is none too long. */
  ended(): number {
    const { coherence, clock } = this.#engine
    return Math.floor(coherence.time.earliest(clock.now()))
  }

  /** Keeps bytes, here and in the backend where that can be reached. Never rejects; what cannot be kept is told as an event. */
  async write(path: string, { bytes, ttl, stale, tags, moment, parts, ended }: ByteWrite): Promise<Stored> {
    if (this.#engine.closed) return 'nowhere'
    const { coherence, clock, deadline, writer } = this.#engine
    const { name: namespace, counters, settings } = this.#record
    const { serializer, compression } = settings
    const form = this.#form
    const own = new Set(tagNames(tags ?? []))
    const names = [...new Set([...impliedNames(path), ...own, ...(tags === undefined ? [] : parts.names)])]
    const { generation, clock: loadedClock, sequence, since } = parts
    const loaded = Math.floor(coherence.time.earliest(moment.since))
    const [cost, { reached }] = [clock.now() - moment.since, moment]
    const origin: Origin = {
      generation,
      clock: loadedClock,
      sequence,
      since,
      names,
      tags: own.size,
      ended,
      reached,
      loaded,
      cost,
    }
    const place = { namespace, path, counters, ttl, stale, form, serializer, compression }
    return (await writer.store(place, bytes, origin, new Budget(clock, deadline))).stored
  }

  #target(path: string): ReadTarget {
    const { name: namespace, counters } = this.#record
    return { namespace, path, counters, form: this.#form }
  }

  /** Whoever writes says what is too much, unless the namespace does. */
  get #form(): Form {
    const { form } = this.#record.settings
    return form === ANY_FORM ? LARGE_FORM : form
  }
}

/** 64 MiB, and room for what stands in front of them. */
const LARGE_FORM: Form = { ...ANY_FORM, maxValueBytes: 65 * 1024 * 1024 }

/** The bytes of an entry that holds nothing else. */
export function bytesOf({ content }: Entry): Uint8Array | undefined {
  return content.kind === 'encoded' && content.codec === 'bytes' ? content.payload : undefined
}

/** Of the process: a bundler may make a copy of this module, and an instance of the one be handed to the other. */
const ENGINES = Symbol.for('@redstart/core/engines/1')

function engines(): WeakMap<Cache, Engine> {
  // Nothing else has this symbol.
  const holder = globalThis as { [ENGINES]?: WeakMap<Cache, Engine> }
  return (holder[ENGINES] ??= new WeakMap())
}

/** Notes what a cache works with, for other parts of Redstart. */
export function noteEngine(cache: Cache, engine: Engine): Cache {
  engines().set(cache, engine)
  return cache
}

/** What a cache works with; undefined for what is no cache of ours. */
export function engineOf(cache: Cache): Engine | undefined {
  return engines().get(cache)
}
