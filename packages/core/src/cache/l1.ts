import { LRUCache } from 'lru-cache'
import { checkMembers, checkObject, invalidArgument } from '../errors.ts'
import { membersOf } from '../members.ts'
import { CHANGED, type TrackedKeys } from '../invalidation/tracked-keys.ts'
import { count, EVICTION } from '../telemetry/counters.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { Entry } from './entry.ts'

/** Bounds of what is kept in memory. */
export interface L1Options {
  /** Most entries. @default 10000 */
  readonly maxEntries?: number
  /** Most bytes, estimated from the encoded size. @default 67108864 (64 MiB) */
  readonly maxBytes?: number
}

export interface L1Stats {
  readonly entries: number
  readonly bytes: number
  readonly maxEntries: number
  readonly maxBytes: number
  /** The fuller of both bounds, 0 to 1. */
  readonly utilization: number
}

const DEFAULT_ENTRIES = 10_000
const DEFAULT_BYTES = 64 * 1024 * 1024

/** How many of the entries that were not used for longest are looked at, every so many puts. */
const SWEPT = 64

/** The entries of this process, the least recently used leaving first. Knows nothing of whether they may be used. */
export class L1 {
  readonly #shared: Shelf
  /** Namespaces with bounds of their own: they can neither crowd out the others nor be crowded out. */
  readonly #own = new Map<string, Shelf>()
  readonly #tracked: TrackedKeys | undefined
  readonly #telemetry: Telemetry
  /** Entries that left to make room for the one that is put just now; only while somebody wants to know. */
  #evicted: string[] = []
  #puts = 0

  /**
   * @param bounds of all namespaces together that have none in `own`.
   * @param tracked tells which entries are still what the backend has.
   */
  constructor(
    telemetry: Telemetry,
    bounds: L1Options = {},
    own: ReadonlyMap<string, L1Options> = new Map(),
    tracked?: TrackedKeys,
  ) {
    this.#telemetry = telemetry
    const evict = (path: string, entry: Entry): void => this.#evict(path, entry)
    this.#shared = new Shelf(bounds, evict)
    for (const [namespace, ownBounds] of own) this.#own.set(namespace, new Shelf(ownBounds, evict))
    this.#tracked = tracked
  }

  get(path: string): Entry | undefined {
    return this.#shelf(path).entries.get(path)
  }

  /** Keeps an entry, unless one of the same generation that was loaded later is there, or its value is nobody else's. */
  put(path: string, entry: Entry): void {
    if (entry.content.kind === 'unstored') return
    const { entries } = this.#shelf(path)
    const held = entries.peek(path)
    const tracked = this.#tracked
    const newer = held !== undefined && held.generation === entry.generation && held.loadedClock > entry.loadedClock
    if (newer && (tracked === undefined || tracked.isCurrent(held.tracked))) return
    if (tracked !== undefined) entry.tracked = tracked.epochOf(path, entry.mark)
    entries.set(path, entry)
    if (this.#evicted.length > 0) this.#tellEvicted()
  }

  /**
   * Drops some of what has expired, so that it does not fill the memory until it is crowded out; cheap enough for each
   * put.
   *
   * @param time Redis time in ms, the earliest that it can be.
   */
  sweep(time: number): void {
    this.#puts++
    if (this.#puts % SWEPT !== 0) return
    for (const { entries } of this.#shelves()) {
      let looked = 0
      for (const path of entries.rkeys()) {
        const entry = entries.peek(path)
        if (entry !== undefined && entry.staleUntil <= time) entries.delete(path)
        if (++looked === SWEPT) break
      }
    }
  }

  /** The backend has something else under this path. */
  changed(path: string): void {
    const entry = this.#shelf(path).entries.peek(path)
    if (entry !== undefined) entry.tracked = CHANGED
  }

  /** Drops an entry, if it is still the one. */
  drop(path: string, entry: Entry): void {
    const { entries } = this.#shelf(path)
    if (entries.peek(path) === entry) entries.delete(path)
  }

  delete(path: string): void {
    this.#shelf(path).entries.delete(path)
  }

  /** The paths of all entries, whether these may be used or not. */
  paths(): string[] {
    return this.#shelves().flatMap(({ entries }) => [...entries.keys()])
  }

  clear(): void {
    for (const { entries } of this.#shelves()) entries.clear()
  }

  /** Of everything. */
  stats(): L1Stats {
    return statsOf(this.#shelves())
  }

  /** Of a namespace that has bounds of its own. */
  statsOf(namespace: string): L1Stats | undefined {
    const own = this.#own.get(namespace)
    return own && statsOf([own])
  }

  #evict(path: string, entry: Entry): void {
    count(entry.counters, EVICTION)
    if (this.#telemetry.hears('cache.evict')) this.#evicted.push(path)
  }

  /** Once the put is over: a listener may use the cache. */
  #tellEvicted(): void {
    const paths = this.#evicted
    this.#evicted = []
    for (const key of paths)
      this.#telemetry.emit({ type: 'cache.evict', namespace: key.slice(0, key.indexOf(':')), key })
  }

  #shelf(path: string): Shelf {
    if (this.#own.size === 0) return this.#shared
    return this.#own.get(path.slice(0, path.indexOf(':'))) ?? this.#shared
  }

  #shelves(): readonly Shelf[] {
    return [this.#shared, ...this.#own.values()]
  }
}

/** Room for entries is taken beforehand. */
const MOST_ENTRIES = 10_000_000

const KNOWN = membersOf<L1Options>({ maxEntries: true, maxBytes: true })

/**
 * Checks bounds.
 *
 * @param what they are called in a message.
 * @throws RedstartError `INVALID_ARGUMENT` for a bound that is not a whole number of at least 1.
 */
export function checkL1(what: string, options: L1Options): L1Options {
  checkObject(what, options)
  checkMembers(what, options, KNOWN)
  const { maxEntries, maxBytes } = options
  checkBound(`${what}.maxEntries`, maxEntries, MOST_ENTRIES)
  checkBound(`${what}.maxBytes`, maxBytes, Number.MAX_SAFE_INTEGER)
  return { ...(maxEntries !== undefined && { maxEntries }), ...(maxBytes !== undefined && { maxBytes }) }
}

function checkBound(what: string, value: number | undefined, most: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= most)) return
  throw invalidArgument(what, value, `a whole number of at least 1 and at most ${most}`)
}

/** Entries under one pair of bounds. */
class Shelf {
  readonly entries: LRUCache<string, Entry>
  readonly maxEntries: number
  readonly maxBytes: number

  constructor(
    { maxEntries = DEFAULT_ENTRIES, maxBytes = DEFAULT_BYTES }: L1Options,
    evicted: (path: string, entry: Entry) => void,
  ) {
    this.maxEntries = maxEntries
    this.maxBytes = maxBytes
    this.entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      sizeCalculation: (entry) => entry.weight,
      dispose: (entry, path, reason) => {
        if (reason === 'evict') evicted(path, entry)
      },
    })
  }
}

function statsOf(shelves: readonly Shelf[]): L1Stats {
  let [entries, bytes, maxEntries, maxBytes, utilization] = [0, 0, 0, 0, 0]
  for (const shelf of shelves) {
    const { size, calculatedSize } = shelf.entries
    entries += size
    bytes += calculatedSize
    maxEntries += shelf.maxEntries
    maxBytes += shelf.maxBytes
    utilization = Math.max(utilization, size / shelf.maxEntries, calculatedSize / shelf.maxBytes)
  }
  return { entries, bytes, maxEntries, maxBytes, utilization }
}
