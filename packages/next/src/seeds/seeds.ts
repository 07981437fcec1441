import { createHash } from 'node:crypto'
import type { ByteCache } from '@redstart/core/byte-cache'
import { encodeValue } from '../incremental/encode-value.ts'
import { ownTags } from '../incremental/own-tags.ts'
import type { CacheControl, GetContext, IncrementalContext, IncrementalValue } from '../incremental/values.ts'
import { sharedTags } from '../runtime/next-tags.ts'
import { inDevelopment } from '../runtime/phase.ts'
import type { HandlerSettings } from '../runtime/settings.ts'
import { warnOnce } from '../runtime/warn-once.ts'
import type { Chronicle } from './chronicle.ts'
import { type Prerendered, prerenderedIn } from './prerendered.ts'
import { pathnameOf, readSeed } from './seed-files.ts'

/** What a request asks for, and where it is kept. */
export interface SeedRequest {
  readonly path: string
  readonly key: string
  readonly context: GetContext
  readonly server: IncrementalContext
}

/** How long after a build a page of it may be served that is past its revalidation: about as long as a deployment takes. */
const LONGEST_STALE_MS = 3_600_000
/** Entries of a build are of no process. */
const BUILD = 'build'

/**
 * Pages that the build made, for the first requests after it.
 *
 * What is wanted of a page is a clock that the order of invalidations had reached before the page was rendered: then whatever
 * was invalidated since hits it, by the rule that holds for all entries. A build has no Redis, but it knows the time at which
 * it began, `b` by its own clock, and the chronicle knows of times of Redis which clock had been reached by then. Redis's time
 * at the beginning of the build is later than `b - skew`, as long as the two clocks differ by no more than `skew`. So a clock
 * that had been reached by `b - skew` had been reached before the build began, and every invalidation after that beginning has
 * a greater one. What Redis has forgotten since (a flush, a failover, an eviction of what it knows) has begun another
 * generation, which the chronicle is not of; markers that it has dropped have raised the floor, under which an entry is gone.
 * Where there is no such clock (the first deployment, a Redis that was empty), nothing is known of the time between, and the
 * page is rendered.
 *
 * A page becomes an entry at that clock, and is read as one: it is decided like any other, by this process and by all.
 */
export class Seeds {
  readonly #cache: ByteCache
  readonly #chronicle: Chronicle
  readonly #settings: HandlerSettings
  /** Paths whose pages were invalidated: they stay so. No more than the build has made. */
  readonly #gone = new Set<string>()
  readonly #coming = new Map<string, Promise<boolean>>()

  constructor(cache: ByteCache, chronicle: Chronicle, settings: HandlerSettings) {
    this.#cache = cache
    this.#chronicle = chronicle
    this.#settings = settings
  }

  /** Keeps what the build made where nothing is kept. False where there is nothing that may be served. Never rejects. */
  offer(request: SeedRequest): boolean | Promise<boolean> {
    const { path, context, server } = request
    if (this.#settings.buildClockSkew === undefined || server.serverDistDir === undefined || inDevelopment())
      return false
    if (context.kind === 'FETCH' || context.kind === 'IMAGE' || this.#gone.has(path)) return false
    const coming = this.#coming.get(path)
    if (coming !== undefined) return coming
    const offering = this.#offer(request, server.serverDistDir, this.#settings.buildClockSkew)
      .catch(() => false)
      .finally(() => this.#coming.delete(path))
    this.#coming.set(path, offering)
    return offering
  }

  /** What was offered at a path has been decided, and must not be served. */
  refused(path: string): void {
    this.#gone.add(path)
  }

  /**
   * A page is about to be kept. One that is made by `res.revalidate()` takes the place of what the build made for good, and no
   * tag says so: should it be forgotten, that must not come back.
   */
  async replaced(path: string, key: string, { serverDistDir, _requestHeaders }: IncrementalContext): Promise<void> {
    const header = _requestHeaders?.['x-prerender-revalidate']
    if (header === undefined || this.#settings.buildClockSkew === undefined || serverDistDir === undefined) return
    const prerendered = await prerenderedIn(serverDistDir)
    if (header !== prerendered?.previewModeId || lifetimeOf(key, prerendered) === undefined) return
    this.#gone.add(path)
    await this.#cache.invalidate([seedTag(path)])
  }

  async #offer({ path, key, context }: SeedRequest, serverDistDir: string, skew: number): Promise<boolean> {
    const prerendered = await prerenderedIn(serverDistDir)
    const cacheControl = prerendered && lifetimeOf(key, prerendered)
    if (prerendered === undefined || cacheControl === undefined) return false
    const { begun } = prerendered
    const moment = await this.#chronicle.momentBefore(begun - skew)
    const now = this.#cache.latestTime
    if (moment === undefined || begun > now + skew) {
      if (begun > now + skew) warnOnce('build clock', `pages of the build are not served: ${AHEAD}`)
      return false
    }
    const born = begun - skew
    const ttl = remaining(cacheControl, now - born, this.#settings.retention)
    const value = ttl > 0 ? await readSeed({ serverDistDir, key, context }) : undefined
    if (value === undefined) return false
    return this.#keep(path, value, { cacheControl, born, timestamp: born, process: BUILD }, { ttl, moment })
  }

  async #keep(
    path: string,
    value: IncrementalValue,
    facts: Parameters<typeof encodeValue>[1],
    { ttl, moment }: Pick<Parameters<ByteCache['keep']>[1], 'ttl' | 'moment'>,
  ): Promise<boolean> {
    const bytes = encodeValue(value, facts)
    if (bytes.length > this.#settings.maxEntryBytes) return false
    const tags = [...sharedTags(ownTags(value)), seedTag(path)]
    return (await this.#cache.keep(path, { bytes, ttl, tags, moment })) !== 'nowhere'
  }
}

const AHEAD = 'it began later than it is now, by the clock of Redis (buildClockSkew)'

function lifetimeOf(key: string, { lifetimes }: Prerendered): CacheControl | undefined {
  const pathname = pathnameOf(key)
  return pathname === undefined ? undefined : lifetimes.get(pathname)
}

/** For how long a page may be kept that is so old; 0 for not at all. All in ms but what Next.js says, which is in seconds. */
function remaining({ revalidate, expire = Infinity }: CacheControl, age: number, retention: number): number {
  if (revalidate !== false && age > revalidate * 1000 && age > LONGEST_STALE_MS) return 0
  return Math.max(0, Math.floor(Math.min(expire * 1000 - age, retention)))
}

/** By which what the build made is dropped, and nothing that was made since. */
function seedTag(path: string): string {
  return `_R_seed_${createHash('sha256').update(path).digest('base64url')}`
}
