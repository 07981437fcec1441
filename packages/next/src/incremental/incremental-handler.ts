import type { BytesRead, Moment } from '@redstart/core/byte-cache'
import { wallTime } from '../clock.ts'
import { attempted, guarded, patienceOf } from '../runtime/guarded.ts'
import { Misses } from '../runtime/misses.ts'
import { sharedTags } from '../runtime/next-tags.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { HandlerSetup } from '../runtime/settings.ts'
import type { Durations } from '../runtime/tag-updates.ts'
import { tellTooManyTags } from '../runtime/too-many-tags.ts'
import { UNUSABLE, warnOnce } from '../runtime/warn-once.ts'
import { bareShell } from '../seeds/bare-shell.ts'
import { buildOf } from './build-id.ts'
import { decodeValue, type KeptValue } from './decode-value.ts'
import { encodeValue, leastBytes } from './encode-value.ts'
import { asStale, freshSeconds } from './freshness.ts'
import { ownTags } from './own-tags.ts'
import type { GetContext, IncrementalContext, IncrementalEntry, IncrementalValue, SetContext } from './values.ts'

type Found = IncrementalEntry | null | Promise<IncrementalEntry | null>

/** How long it is kept that there is nothing, at the most. */
const LONGEST_NOTHING_MS = 3_600_000

const decoded = new WeakMap<object, KeptValue>()
/** The entries of values that reads gave, as long as somebody has them. Next.js hands one back where making it anew failed. */
const origins = new WeakMap<object, object>()
const NO_TAGS: readonly string[] = []

/** One request's handler of pages, route handlers, fetches and images. Costs nothing to make: Next.js makes several for each. */
export class IncrementalHandler {
  readonly #setup: HandlerSetup
  readonly #context: IncrementalContext
  #misses: Misses | undefined
  /**
   * The wall's time before anything was made through it, where that is needed: what is made on demand is made anew, and Next.js
   * asks for nothing before.
   */
  readonly #made: number | undefined

  constructor(setup: HandlerSetup, context: IncrementalContext) {
    this.#setup = setup
    this.#context = context
    const { _requestHeaders: headers } = context
    this.#made = headers?.['x-prerender-revalidate'] === undefined ? undefined : wallTime()
  }

  get(key: string, context: GetContext): Promise<IncrementalEntry | null> {
    const entry = attempted<IncrementalEntry | null>(this.#setup, 'get', null, (runtime) =>
      this.#find(runtime, key, context),
    )
    if (entry instanceof Promise) return entry.then((found) => found ?? this.#bareShell(key, context))
    return entry === null ? this.#bareShell(key, context) : Promise.resolve(entry)
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

  async #bareShell(key: string, context: GetContext): Promise<IncrementalEntry | null> {
    const { serverDistDir } = this.#context
    return serverDistDir === undefined ? null : bareShell({ serverDistDir, key, context }, wallTime())
  }

  #path({ paths, settings }: Runtime, key: string, kind: string | undefined): string {
    if (kind === 'FETCH') return paths.of('fetch', key)
    const build = buildOf(this.#context.serverDistDir, settings.deploymentId)
    // The next build may have another picture of that name, and the key does not say whether it is of the app itself.
    return paths.of(kind === 'IMAGE' ? 'image' : 'page', key, build)
  }

  /** At once where it is in memory, as nearly all is: a request waits for nothing then. */
  #find(runtime: Runtime, key: string, context: GetContext): Found {
    runtime.chronicle.tick()
    const path = this.#path(runtime, key, context.kind)
    const tags = tagsOf(context)
    const read = runtime.cache.read(path, tags.length === 0 ? NO_TAGS : sharedTags(tags))
    if (!(read instanceof Promise) && read.kind !== 'missing') return this.#entry(runtime, path, context, read)
    return this.#look(runtime, key, path, context, read)
  }

  async #look(
    runtime: Runtime,
    key: string,
    path: string,
    context: GetContext,
    reading: BytesRead | Promise<BytesRead>,
  ): Promise<IncrementalEntry | null> {
    const begun = beginningIn(runtime)
    const kept = await reading
    const read = kept.kind === 'missing' && !kept.unreached ? await this.#seed(runtime, key, path, context) : kept
    if (read.kind === 'missing') return this.#missing(runtime, path, begun, read.unreached)
    return this.#entry(runtime, path, context, read, begun)
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

  #entry(
    runtime: Runtime,
    path: string,
    context: GetContext,
    read: Exclude<BytesRead, { kind: 'missing' }>,
    begun?: Beginning,
  ): Found {
    const kept = decodedOf(read)
    if (kept === undefined || this.#wasRevalidated(kept, context)) return this.#missing(runtime, path, begun)
    const now = wallTime()
    const { value, cacheControl } = kept
    const lastModified = lastModifiedOf(kept, runtime, now)
    const entry = cacheControl === undefined ? { value, lastModified } : { value, lastModified, cacheControl }
    const seconds = freshSeconds(value, cacheControl, context)
    const isStale = read.kind === 'stale'
    if (!isStale && (seconds === undefined || now <= lastModified + seconds * 1000)) return entry
    // Next.js is about to make it anew.
    return this.#missing(runtime, path, begun).then(() => (isStale ? asStale(entry, context, now) : entry))
  }

  /**
   * Something at a path is about to be made. Where the backend does not answer, it is not asked for a moment, too. One that
   * comes when the read may have been answered for already can be of after what is made was begun.
   */
  async #missing(runtime: Runtime, path: string, begun = beginningIn(runtime), unreached = false): Promise<null> {
    const { cache, moments } = runtime
    const asked = unreached ? undefined : await cache.moment()
    const now = wallTime()
    if (asked !== undefined) moments.sample(asked, now)
    const inTime = asked !== undefined && cache.now - begun.own < patienceOf(runtime)
    this.#misses ??= new Misses()
    this.#misses.note(path, inTime ? asked : moments.before(begun.wall), now)
    return null
  }

  /** A moment from before what is kept now was begun. What nobody asked for is of an unknown beginning. */
  #taken({ moments }: Runtime, path: string): Moment | undefined {
    const taken = this.#misses?.take(path)
    return taken === undefined && this.#made !== undefined ? moments.before(this.#made) : taken
  }

  /** What the request itself says was invalidated. */
  #wasRevalidated({ value }: KeptValue, context: GetContext): boolean {
    const { revalidatedTags } = this.#context
    if (revalidatedTags === undefined || revalidatedTags.length === 0) return false
    return [...tagsOf(context), ...ownTags(value)].some((tag) => revalidatedTags.includes(tag))
  }

  async #keep(runtime: Runtime, path: string, data: IncrementalValue | null, context: SetContext): Promise<void> {
    const { cache, settings } = runtime
    const now = wallTime()
    const taken = this.#taken(runtime, path)
    const origin = data === null ? undefined : origins.get(data)
    // What hit it since it was made hits it now: it is not made anew.
    const moment = origin === undefined ? taken : cache.momentOf(origin)
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
    tellTooManyTags(await cache.keep(path, { bytes, ttl, tags, moment }), tags)
  }
}

/** The tags by which something is invalidated for one who reads it. */
function tagsOf(context: GetContext): readonly string[] {
  const [tags, softTags] = [context.tags ?? NO_TAGS, context.softTags ?? NO_TAGS]
  return tags.length + softTags.length === 0 ? NO_TAGS : [...tags, ...softTags]
}

/** When a read began: by its own clock, which deadlines are measured by, and by the wall's. */
interface Beginning {
  readonly own: number
  readonly wall: number
}

function beginningIn({ cache }: Runtime): Beginning {
  return { own: cache.now, wall: wallTime() }
}

/** One object for all readers, as Next.js's own caches give. */
function decodedOf({ bytes, entry }: { readonly bytes: Uint8Array; readonly entry: object }): KeptValue | undefined {
  const known = decoded.get(entry)
  if (known !== undefined) return known
  const kept = decodeValue(bytes)
  if (kept === undefined) warnOnce('bytes', UNUSABLE)
  else decoded.set(entry, kept)
  if (kept !== undefined && kept.value !== null) origins.set(kept.value, entry)
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
