import { wallTime } from '../clock.ts'
import { guarded } from '../runtime/guarded.ts'
import { sharedTags } from '../runtime/next-tags.ts'
import { inDevelopment } from '../runtime/phase.ts'
import { type Runtime, runtimeOf } from '../runtime/runtime.ts'
import type { HandlerSetup } from '../runtime/settings.ts'
import type { Durations } from '../runtime/tag-updates.ts'
import { tellTooManyTags } from '../runtime/too-many-tags.ts'
import { reasonOf, UNUSABLE, warnOnce } from '../runtime/warn-once.ts'
import { bytesOfStream, streamOfBytes } from './bytes-of-stream.ts'
import { decodeEntry, encodeEntry, type KeptEntry } from './kept-entry.ts'

/** An entry of `'use cache'`, as `CacheEntry` of `next/cache` says. */
export interface UseCacheEntry {
  value: ReadableStream<Uint8Array>
  tags: string[]
  stale: number
  timestamp: number
  expire: number
  revalidate: number
}

/** What Next.js asks of the handlers of `'use cache'`, as `CacheHandler` of `next/cache` says. */
export interface UseCacheHandler {
  get(cacheKey: string, softTags: string[]): Promise<UseCacheEntry | undefined>
  set(cacheKey: string, pendingEntry: Promise<UseCacheEntry>): Promise<void>
  refreshTags(): Promise<void>
  getExpiration(tags: string[]): Promise<number>
  updateTags(tags: string[], durations?: Durations): Promise<void>
}

/** The handler of `'use cache'` entries. No method rejects, and none waits for the backend for long. */
export function useCacheHandler(setup: HandlerSetup): UseCacheHandler {
  return {
    get: (cacheKey, softTags) =>
      guarded(setup, 'get', undefined, (runtime) => find(runtime, pathIn(runtime, cacheKey), softTags)),
    set: (cacheKey, pendingEntry) => keepSafely(setup, cacheKey, pendingEntry),
    refreshTags: () => guarded(setup, 'refreshTags', undefined, refresh),
    // Soft tags are looked at in get().
    getExpiration: () => Promise.resolve(Infinity),
    updateTags: (tags, durations) =>
      guarded(setup, 'updateTags', undefined, (runtime) => runtime.tags.update(tags, durations)),
  }
}

function pathIn({ paths }: Runtime, cacheKey: string): string {
  return paths.of('use-cache', cacheKey)
}

/** Once for each request: what this process knows of invalidations is proven, so that no read need ask. */
async function refresh({ cache, moments, chronicle }: Runtime): Promise<undefined> {
  chronicle.tick()
  if (cache.resting) return
  moments.sample(await cache.moment(), wallTime())
}

async function find(runtime: Runtime, path: string, softTags: readonly string[]): Promise<UseCacheEntry | undefined> {
  const { cache, coming } = runtime
  await coming.get(path)
  const reading = cache.read(path, sharedTags(softTags))
  const read = reading instanceof Promise ? await reading : reading
  if (read.kind === 'missing') return missing(runtime, path, read.unreached)
  const kept = decodedOf(read)
  if (kept === undefined) return missing(runtime, path)
  const now = wallTime()
  const timestamp = timestampOf(kept, runtime, now)
  if (now > timestamp + kept.expire * 1000 && !inDevelopment()) return missing(runtime, path)
  const stale = read.kind === 'stale'
  // Next.js is about to make it anew.
  if (stale || now > timestamp + kept.revalidate * 1000) await missing(runtime, path)
  const { tags, expire, bytes } = kept
  const revalidate = stale ? -1 : kept.revalidate
  return { value: streamOfBytes(bytes), tags: [...tags], stale: kept.stale, timestamp, expire, revalidate }
}

/** Something at a path is about to be made. Where the backend does not answer, it is not asked for a moment, too. */
async function missing({ cache, moments }: Runtime, path: string, unreached = false): Promise<undefined> {
  if (unreached) return undefined
  moments.missed(path, await cache.moment(), wallTime())
}

const decoded = new WeakMap<object, KeptEntry>()

function decodedOf({ bytes, entry }: { readonly bytes: Uint8Array; readonly entry: object }): KeptEntry | undefined {
  const known = decoded.get(entry)
  if (known !== undefined) return known
  const kept = decodeEntry(bytes)
  if (kept === undefined) warnOnce('bytes', UNUSABLE)
  else decoded.set(entry, kept)
  return kept
}

/** When making it began, by this machine's wall clock, which need not be that of the machine that made it. */
function timestampOf({ born, timestamp, process }: KeptEntry, runtime: Runtime, now: number): number {
  return process === runtime.process ? timestamp : now - Math.max(0, runtime.cache.latestTime - born)
}

/** Keeps an entry once it is whole, while reads of it wait. */
async function keepSafely(setup: HandlerSetup, cacheKey: string, pendingEntry: Promise<UseCacheEntry>): Promise<void> {
  const opening = runtimeOf(setup)
  const runtime = opening instanceof Promise ? await opening : opening
  // Whoever made it must not be kept waiting by a stream that nobody reads.
  if (runtime === undefined) return drop(pendingEntry)
  const path = pathIn(runtime, cacheKey)
  const keeping = keep(runtime, path, pendingEntry).catch((error: unknown) =>
    warnOnce('failed set', `an entry of 'use cache' was not kept: ${reasonOf(error)}`),
  )
  runtime.coming.set(path, keeping)
  await keeping
  if (runtime.coming.get(path) === keeping) runtime.coming.delete(path)
}

async function drop(pendingEntry: Promise<UseCacheEntry>): Promise<void> {
  try {
    await (await pendingEntry).value.cancel()
  } catch {
    // It failed by itself.
  }
}

async function keep(runtime: Runtime, path: string, pendingEntry: Promise<UseCacheEntry>): Promise<void> {
  const made = await entryOf(runtime, pendingEntry)
  if (made === undefined) return
  const { entry, bytes } = made
  const { cache, settings, moments } = runtime
  const now = wallTime()
  const moment = moments.take(path, entry.timestamp, now)
  // Nothing is known of what was invalidated while it was made.
  if (moment === undefined) return
  const { tags, stale, expire, revalidate, timestamp } = entry
  const born = cache.earliestTime - Math.max(0, now - timestamp)
  const facts = { tags, stale, expire, revalidate, born, timestamp, process: runtime.process }
  const ttl = Math.max(1, Math.ceil(Math.min(expire * 1000, settings.retention)))
  const names = sharedTags(tags)
  tellTooManyTags(await cache.keep(path, { bytes: encodeEntry(facts, bytes), ttl, tags: names, moment }), names)
}

/** The entry and its bytes; undefined for what is not kept: it failed, is too large, or is never served. */
async function entryOf(
  { cache, settings }: Runtime,
  pendingEntry: Promise<UseCacheEntry>,
): Promise<{ readonly entry: UseCacheEntry; readonly bytes: Buffer } | undefined> {
  try {
    const entry = await pendingEntry
    if (entry.expire <= 0 && !inDevelopment()) {
      await entry.value.cancel()
      return undefined
    }
    const bytes = await bytesOfStream(entry.value, {
      maxBytes: settings.maxEntryBytes,
      timeout: cache.loadTimeout,
      schedule: (ms, callback) => cache.schedule(ms, callback),
    })
    if (bytes !== undefined) return { entry, bytes }
    const { maxEntryBytes } = settings
    warnOnce(
      'large use-cache',
      `an entry of 'use cache' was not kept: it has more than ${maxEntryBytes} bytes (maxEntryBytes), or took more than ${cache.loadTimeout} ms`,
    )
  } catch {
    // Next.js tells what a component threw; half of an entry is none.
  }
  return undefined
}
