import { ByteEntries, bytesOf, engineOf } from '../cache/byte-entries.ts'
import type { Budget } from '../cache/budget.ts'
import type { Cache } from '../cache/cache.ts'
import type { Engine } from '../cache/engine.ts'
import type { Entry } from '../cache/entry.ts'
import { FurtherNames } from '../cache/further-names.ts'
import type { Sight } from '../cache/reader.ts'
import { MOST_NAMES, type Reached } from '../cache/targets.ts'
import type { Moment } from '../cache/token.ts'
import type { Stored } from '../cache/write.ts'
import { RedstartError } from '../errors.ts'
import { tagNames } from '../invalidation/names.ts'

/** An instance, or its `cache`. */
export type ByteCacheSource = Cache | { readonly cache: Cache }

/** What a read has found. The bytes are shared: whoever reads them must not change them. */
export type BytesRead =
  | { readonly kind: 'fresh' | 'stale'; readonly bytes: Uint8Array; readonly entry: object }
  /** Whether the backend could not be asked, so that something may be there all the same. */
  | { readonly kind: 'missing'; readonly unreached: boolean }

/** Bytes on their way into the cache. */
export interface BytesToKeep {
  readonly bytes: Uint8Array
  /** Milliseconds, a whole number of at least 1. */
  readonly ttl: number
  /** Each at most 256 characters; 1000 of them or so. */
  readonly tags: readonly string[]
  /** Taken before what the bytes are made of was read. */
  readonly moment: Moment
}

/**
 * Bytes under paths of one namespace: read, kept and invalidated as any entry is, for who has a protocol of their own.
 */
export class ByteCache {
  readonly #engine: Engine
  readonly #entries: ByteEntries
  readonly #further: FurtherNames
  /** Own instant until which the backend is not asked again. */
  #restUntil = -Infinity

  constructor(engine: Engine, namespace: string) {
    this.#engine = engine
    this.#entries = new ByteEntries(engine, namespace)
    this.#further = new FurtherNames(engine)
  }

  /** Milliseconds that one operation may spend in the backend. */
  get deadline(): number {
    return this.#engine.deadline
  }

  /** How long anything that is made may take, in ms. */
  get loadTimeout(): number {
    return this.#entries.loadTimeout
  }

  /** Own instant in ms. */
  get now(): number {
    return this.#entries.now
  }

  /** The earliest that the backend's time can be now, in ms: what is said to be made then is none too young. */
  get earliestTime(): number {
    const { coherence, clock } = this.#engine
    return coherence.time.earliest(clock.now())
  }

  /** The latest that the backend's time can be now, in ms. */
  get latestTime(): number {
    return this.#entries.time
  }

  /**
   * True for one deadline after the backend did not answer: whoever reads many things one after the other meets a stalled
   * backend once.
   */
  get resting(): boolean {
    return this.#entries.now < this.#restUntil
  }

  /** Runs a callback later, without keeping the process alive. @returns how to prevent it. */
  schedule(ms: number, callback: () => void): () => void {
    return this.#entries.schedule(ms, callback)
  }

  /** The present moment, for what is about to be made. Not waited for where this process knows it already. */
  moment(): Moment | Promise<Moment> {
    const moment = this.#entries.moment()
    return moment instanceof Promise ? moment.then((asked) => this.#asked(asked)) : moment
  }

  #asked(moment: Moment): Moment {
    if (!moment.reached) this.#restUntil = this.#entries.now + this.#engine.deadline
    return moment
  }

  /**
   * What is kept at a path. Found in memory, it is there at once.
   *
   * @param tags by which it is invalidated for this reader, too, whether it carries them or not.
   */
  read(path: string, tags: readonly string[] = []): BytesRead | Promise<BytesRead> {
    let budget: Budget | undefined
    const spending = (): Budget => (budget ??= this.#entries.budget())
    const held = this.#entries.hit(path)
    if (held !== undefined) return this.#decided(path, { kind: 'fresh', entry: held, tier: 'l1' }, tags, spending)
    if (this.resting) return this.#missing(path, UNREACHED)
    return this.#entries.look(path, spending(), true).then((sight) => this.#decided(path, sight, tags, spending))
  }

  #decided(
    path: string,
    sight: Sight,
    tags: readonly string[],
    spending: () => Budget,
  ): BytesRead | Promise<BytesRead> {
    if (sight.kind === 'missing') return this.#missing(path, sight)
    const verdict = this.#further.decide(sight.entry, tagNames(tags), spending)
    if (verdict instanceof Promise) return verdict.then((known) => this.#judged(path, sight, known))
    return this.#judged(path, sight, verdict)
  }

  #judged(path: string, sight: Exclude<Sight, { kind: 'missing' }>, verdict: 'valid' | 'stale' | 'gone'): BytesRead {
    if (verdict === 'gone') return this.#missing(path, { kind: 'missing', reason: 'invalidated' })
    const bytes = bytesOf(sight.entry)
    if (bytes === undefined) return this.#missing(path, { kind: 'missing', reason: 'unreadable' })
    const kind = verdict === 'stale' ? 'stale' : sight.kind
    this.#entries.tell(path, { ...sight, kind })
    return { kind, bytes, entry: sight.entry }
  }

  #missing(path: string, sight: Sight): BytesRead {
    this.#entries.tell(path, sight)
    const unreached = sight.kind === 'missing' && sight.reason === 'outage'
    if (unreached && sight !== UNREACHED) this.#restUntil = this.#entries.now + this.#engine.deadline
    return { kind: 'missing', unreached }
  }

  /**
   * The moment that something which was read is bound to: what hit it since hits what is kept at this moment, too.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for what {@link ByteCache.read} has not given.
   */
  momentOf(entry: object): Moment {
    if (!isEntry(entry)) throw new RedstartError('INVALID_ARGUMENT', 'momentOf() takes the entry of what was read')
    const { generation, loadedClock, sequence, since } = entry
    const known = Number.isFinite(since) ? since : this.#entries.now - LONG_AGO_MS
    return { generation, clock: loadedClock, sequence, since: known, reached: true }
  }

  /** Keeps bytes, here and in the backend where that can be reached. Never rejects; what cannot be kept is told as an event. */
  keep(path: string, { bytes, ttl, tags, moment }: BytesToKeep): Promise<Stored> {
    const { parts, inside } = this.#entries.begin(path, moment, this.#entries.budget())
    inside.end()
    // Not as tags of its own, of which an entry has few.
    parts.hangOn(tagNames(tags))
    return this.#entries.write(path, {
      ...{ bytes, ttl, stale: 0, tags: [], moment, parts },
      ended: this.#entries.ended(),
    })
  }

  /**
   * Invalidates by tags, everywhere: at once, or by making what they hit stale, and gone after so many ms.
   *
   * @param within 0 or more; at once where it is left out.
   */
  async invalidate(tags: readonly string[], within?: number): Promise<Reached> {
    const { coherence, clock, invalidator } = this.#engine
    const names = [...new Set(tagNames(tags))]
    // Deadlines are the backend's time. Where it is not to be had, this one counts as passed.
    if (within !== undefined && !coherence.time.known) await this.moment()
    const reached: Reached['reached'][] = []
    for (let at = 0; at < names.length; at += MOST_NAMES) {
      const some = names.slice(at, at + MOST_NAMES)
      const reach =
        within === undefined
          ? invalidator.raise(some, 'immediate', [])
          : invalidator.raise(some, 'lazy', [], coherence.time.earliest(clock.now()) + within)
      reached.push((await reach).reached)
    }
    return { reached: reached.includes('here') ? 'here' : 'all' }
  }
}

/** Of what was not asked for. */
const UNREACHED: Sight = { kind: 'missing', reason: 'outage' }

/** By shape: that of another copy of this module is as good. */
function isEntry(entry: object): entry is Entry {
  return 'generation' in entry && 'loadedClock' in entry && 'sequence' in entry && 'since' in entry
}

/** Nothing that was last known to be right so long ago counts as young. */
const LONG_AGO_MS = 86_400_000

/**
 * Bytes in a namespace of an instance.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no instance, or no namespace.
 */
export function byteCache(from: ByteCacheSource, namespace: string): ByteCache {
  const engine = typeof from === 'object' && from !== null ? engineOf('cache' in from ? from.cache : from) : undefined
  if (engine !== undefined) return new ByteCache(engine, namespace)
  throw new RedstartError('INVALID_ARGUMENT', 'byteCache() takes what createRedstart() returns, or its cache')
}
