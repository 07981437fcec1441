import type { BytesRead } from '@redstart/core/byte-cache'
import { wallTime } from '../clock.ts'
import { guarded } from '../runtime/guarded.ts'
import { sharedTags } from '../runtime/next-tags.ts'
import { pathOf } from '../runtime/paths.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { HandlerSetup } from '../runtime/settings.ts'
import type { Durations } from '../runtime/tag-updates.ts'
import { UNUSABLE, warnOnce } from '../runtime/warn-once.ts'
import { bareShell } from '../seeds/bare-shell.ts'
import { buildOf } from './build-id.ts'
import { decodeValue, type KeptValue } from './decode-value.ts'
import { encodeValue, leastBytes } from './encode-value.ts'
import { asStale, freshSeconds } from './freshness.ts'
import { ownTags } from './own-tags.ts'
import type { GetContext, IncrementalContext, IncrementalEntry, IncrementalValue, SetContext } from './values.ts'

/** How long it is kept that there is nothing, at the most. */
const LONGEST_NOTHING_MS = 3_600_000

/** What of something kept is needed to keep it once more. */
interface Origin {
  readonly entry: object
}

/** Values that reads gave, as long as somebody has them. Next.js hands one back where making it anew has failed. */
const origins = new WeakMap<object, Origin>()
const decoded = new WeakMap<object, KeptValue>()

/** One request's handler of pages, route handlers, fetches and images. Costs nothing to make: Next.js makes several for each. */
export class IncrementalHandler {
  readonly #setup: HandlerSetup
  readonly #context: IncrementalContext

  constructor(setup: HandlerSetup, context: IncrementalContext) {
    this.#setup = setup
    this.#context = context
  }

  async get(key: string, context: GetContext): Promise<IncrementalEntry | null> {
    const entry = await guarded<IncrementalEntry | null>(this.#setup, 'get', null, (runtime) =>
      this.#find(runtime, key, this.#path(runtime, key, context.kind), context),
    )
    const { serverDistDir } = this.#context
    if (entry !== null || serverDistDir === undefined) return entry
    return await bareShell({ serverDistDir, key, context }, wallTime())
  }

  set(key: string, data: IncrementalValue | null, context: SetContext): Promise<void> {
    return guarded(this.#setup, 'set', undefined, async (runtime) => {
      const kind = context.fetchCache === true ? 'FETCH' : (data?.kind ?? context.kind)
      const path = this.#path(runtime, key, kind)
      if (kind !== 'FETCH' && kind !== 'IMAGE') await runtime.seeds.replaced(path, key, this.#context)
      await this.#keep(runtime, path, data, context)
    })
  }

  revalidateTag(tags: string | readonly string[], durations?: Durations): Promise<void> {
    const list = typeof tags === 'string' ? [tags] : tags
    return guarded(this.#setup, 'revalidateTag', undefined, (runtime) => runtime.tags.update(list, durations))
  }

  /** Nothing is held for a request. */
  resetRequestCache(): void {}

  #path({ namespace, settings }: Runtime, key: string, kind: string | undefined): string {
    if (kind === 'FETCH') return pathOf(namespace, 'fetch', key)
    if (kind === 'IMAGE') return pathOf(namespace, 'image', key)
    return pathOf(namespace, 'page', key, buildOf(this.#context.serverDistDir, settings.deploymentId))
  }

  async #find(runtime: Runtime, key: string, path: string, context: GetContext): Promise<IncrementalEntry | null> {
    runtime.chronicle.tick()
    const tags = [...(context.tags ?? []), ...(context.softTags ?? [])]
    const reading = runtime.cache.read(path, sharedTags(tags))
    const kept = reading instanceof Promise ? await reading : reading
    const read = kept.kind === 'missing' && !kept.unreached ? await this.#seed(runtime, key, path, context) : kept
    if (read.kind === 'missing') return missing(runtime, path, read.unreached)
    return this.#entry(runtime, path, context, read)
  }

  /** What the build made, where that is nothing that was invalidated since. */
  async #seed(runtime: Runtime, key: string, path: string, context: GetContext): Promise<BytesRead> {
    const { cache, seeds } = runtime
    const offering = seeds.offer({ path, key, context, server: this.#context })
    if (!(offering instanceof Promise ? await offering : offering)) return { kind: 'missing', unreached: false }
    const read = await cache.read(path)
    if (read.kind === 'missing' && !read.unreached) seeds.refused(path)
    return read
  }

  async #entry(
    runtime: Runtime,
    path: string,
    context: GetContext,
    read: Exclude<BytesRead, { kind: 'missing' }>,
  ): Promise<IncrementalEntry | null> {
    const tags = [...(context.tags ?? []), ...(context.softTags ?? [])]
    const kept = decodedOf(read)
    if (kept === undefined || this.#wasRevalidated(kept, tags)) return missing(runtime, path)
    const now = wallTime()
    const { value, cacheControl } = kept
    const lastModified = lastModifiedOf(kept, runtime, now)
    if (value !== null) origins.set(value, { entry: read.entry })
    const entry = { value, lastModified, ...(cacheControl !== undefined && { cacheControl }) }
    const seconds = freshSeconds(value, cacheControl, context)
    // Next.js is about to make it anew.
    if (read.kind === 'stale' || (seconds !== undefined && now > lastModified + seconds * 1000))
      await missing(runtime, path)
    return read.kind === 'stale' ? asStale(entry, context, now) : entry
  }

  /** What the request itself says was invalidated. */
  #wasRevalidated({ value }: KeptValue, tags: readonly string[]): boolean {
    const { revalidatedTags = [] } = this.#context
    return revalidatedTags.length > 0 && [...tags, ...ownTags(value)].some((tag) => revalidatedTags.includes(tag))
  }

  async #keep(runtime: Runtime, path: string, data: IncrementalValue | null, context: SetContext): Promise<void> {
    const { cache, moments, settings } = runtime
    const now = wallTime()
    const taken = moments.take(path, undefined, now)
    const origin = data === null ? undefined : origins.get(data)
    // What hit it since it was made hits it now: it is not made anew.
    const moment = origin === undefined ? taken : cache.momentOf(origin.entry)
    if (moment === undefined) return
    const { cacheControl } = context
    const facts = { cacheControl, born: cache.earliestTime, timestamp: now, process: runtime.process }
    const { maxEntryBytes } = settings
    const bytes = leastBytes(data) > maxEntryBytes ? undefined : encodeValue(data, facts)
    if (bytes === undefined || bytes.length > maxEntryBytes) return tooLarge(maxEntryBytes)
    const expire = cacheControl?.expire ?? Infinity
    const longest = data === null ? Math.min(settings.retention, LONGEST_NOTHING_MS) : settings.retention
    const ttl = Math.max(1, Math.ceil(Math.min(expire * 1000, longest)))
    const tags = sharedTags([...(context.tags ?? []), ...ownTags(data)])
    await cache.keep(path, { bytes, ttl, tags, moment })
  }
}

/** Something at a path is about to be made. Where the backend does not answer, it is not asked for a moment, too. */
async function missing({ cache, moments }: Runtime, path: string, unreached = false): Promise<null> {
  if (unreached) return null
  moments.missed(path, await cache.moment(), wallTime())
  return null
}

/** One object for all readers, as Next.js's own caches give. */
function decodedOf({ bytes, entry }: { readonly bytes: Uint8Array; readonly entry: object }): KeptValue | undefined {
  const known = decoded.get(entry)
  if (known !== undefined) return known
  const kept = decodeValue(bytes)
  if (kept === undefined) warnOnce('bytes', UNUSABLE)
  else decoded.set(entry, kept)
  return kept
}

/** When it was made, by this machine's wall clock, which need not be that of the machine that made it. */
function lastModifiedOf({ born, timestamp, process }: KeptValue, runtime: Runtime, now: number): number {
  return process === runtime.process ? timestamp : now - Math.max(0, runtime.cache.latestTime - born)
}

function tooLarge(maxEntryBytes: number): void {
  warnOnce(
    'large page',
    `a page, a fetch or an image was not kept: it has more than ${maxEntryBytes} bytes (maxEntryBytes)`,
  )
}
