import { checkFunction, RedstartError } from '../../errors.ts'
import type { InvalidationHeard, InvalidationNotice } from '../../cache/invalidation-watch.ts'
import type { Engine } from '../../cache/engine.ts'
import type { EventOf } from '../../telemetry/hooks.ts'
import { type CacheSource, engineFrom } from '../response-cache/cache-responses.ts'
import { pageOf } from './calls.ts'
import { PurgeQueue } from './purge-queue.ts'
import type { Purge, PurgeSink } from './purge-sink.ts'
import { type PurgeThroughOptions, type PurgeThroughSettings, purgeThroughSettings } from './purge-through-options.ts'
import { SecondPurges } from './second-purges.ts'

/** What {@link purgeThrough} began. */
export interface PurgeThrough {
  /**
   * Purges something else as well, in the same way.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for what is no whole URL, `CLOSED` after `close()`.
   */
  purge(purge: Partial<Purge>): void
  /** Resolves when nothing waits to be sent, but for second times. */
  idle(): Promise<void>
  /** Hears no more, sends what waits, second times at once, and ends. Before the instance is closed. */
  close(): Promise<void>
}

/**
 * Tells caches in front of the application (a CDN, Varnish) what this instance invalidates: tags, and pages by their URLs
 * where `origins` are given.
 *
 * ```ts
 * const purging = purgeThrough(redstart, fastlySink({ serviceId, token }), { all: 'pages' })
 * ```
 *
 * Each invalidation is sent by the one instance that made it, at once, and a second time when all others have heard of it
 * (`again`); one that could not reach Redis also when it has. What an instance had not sent when it died, or a provider did
 * not take after all retries, is lost: a CDN has it until its time there is over, so that time is the bound. With `remote`
 * on one or more long-lived instances, those send what any instance invalidates. Invalidations by key, prefix or other
 * namespaces reach no CDN, which knows pages by tags.
 *
 * Never throws into the application: what was not purged is told as the event `purgeFailed`.
 *
 * @param from an instance, or its `cache`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function purgeThrough(
  from: CacheSource,
  sinks: PurgeSink | readonly PurgeSink[],
  options: PurgeThroughOptions = {},
): PurgeThrough {
  const engine = engineFrom(from)
  const all: readonly PurgeSink[] = typeof sinks === 'function' ? [sinks] : sinks
  for (const sink of all) checkFunction('a sink of purgeThrough', sink)
  return new Purging(engine, all, purgeThroughSettings(options, engine.maxStaleness))
}

class Purging implements PurgeThrough {
  readonly #engine: Engine
  readonly #settings: PurgeThroughSettings
  readonly #queues: readonly PurgeQueue[]
  readonly #seconds: SecondPurges | undefined
  readonly #end = new AbortController()
  readonly #stops: readonly (() => void)[]
  /** Tags whose invalidation waits for Redis. */
  readonly #unreached = new Set<string>()
  #closing: Promise<void> | undefined

  constructor(engine: Engine, sinks: readonly PurgeSink[], settings: PurgeThroughSettings) {
    this.#engine = engine
    this.#settings = settings
    const { clock, telemetry, watch } = engine
    const { delay, again, maxQueued: most, remote } = settings
    const { signal } = this.#end
    this.#queues = sinks.map(
      (sink, n) =>
        new PurgeQueue({ sink, clock, delay, most, signal, failed: (error, purge) => this.#failed(n, error, purge) }),
    )
    this.#seconds = again === undefined ? undefined : new SecondPurges(clock, again, most, (purge) => this.#send(purge))
    this.#stops = [
      watch.on((notice) => this.#heard(notice), { remote }),
      telemetry.on('pending.replayed', () => this.#reached()),
      // It is told by the instance that did it alone.
      telemetry.on('http.pages-dropped', (event) => this.#dropped(event)),
    ]
  }

  purge({ tags = [], urls = [] }: Partial<Purge>): void {
    for (const url of urls) pageOf(url)
    if (this.#closing !== undefined) throw new RedstartError('CLOSED', 'what purgeThrough() began was closed')
    this.#twice({ tags, urls })
  }

  async idle(): Promise<void> {
    await Promise.all(this.#queues.map(async (queue) => await queue.idle()))
  }

  async close(): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async #close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#seconds?.flush()
    const over = new Promise<void>((resolve) => {
      // Whoever closes waits: this timer keeps the process alive until then.
      const timer = setTimeout(resolve, this.#settings.closeTimeout)
      void this.idle().then(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    await over
    this.#end.abort(new RedstartError('CLOSED', 'what purgeThrough() began was closed'))
  }

  #heard(notice: InvalidationNotice): void {
    const { all } = this.#settings
    const isAll = notice.type === 'missed' || this.#hitsAllPages(notice)
    const tags = [...(notice.type === 'missed' ? [] : notice.tags), ...(isAll && all !== undefined ? [all] : [])]
    if (notice.type === 'invalidated' && notice.reached === 'here')
      for (const tag of tags) if (this.#unreached.size < this.#settings.maxQueued) this.#unreached.add(tag)
    if (tags.length > 0) this.#twice({ tags, urls: [] })
  }

  #hitsAllPages({ everything, prefixes }: InvalidationHeard): boolean {
    return everything || prefixes.includes(`${this.#settings.namespace}:`)
  }

  /** Others hear of it only now. */
  #reached(): void {
    const tags = [...this.#unreached]
    this.#unreached.clear()
    if (tags.length > 0) this.#twice({ tags, urls: [] })
  }

  #dropped({ targets }: EventOf<'http.pages-dropped'>): void {
    const urls = this.#settings.origins.flatMap((origin) => targets.map((target) => origin + target))
    if (urls.length > 0) this.#twice({ tags: [], urls })
  }

  #twice(purge: Purge): void {
    this.#send(purge)
    this.#seconds?.add(purge)
  }

  #send(purge: Purge): void {
    const { all } = this.#settings
    for (const [n, queue] of this.#queues.entries()) {
      const refused = queue.add(purge)
      if (refused.tags.length + refused.urls.length === 0) continue
      if (all !== undefined) queue.replace(all)
      else
        this.#failed(
          n,
          new RedstartError('NOT_REACHED', 'purgeThrough: more waits to be purged than maxQueued'),
          refused,
        )
    }
  }

  #failed(sink: number, error: unknown, purge: Purge): void {
    const { telemetry } = this.#engine
    telemetry.emit({ type: 'http.purge-failed', sink, tags: purge.tags, urls: purge.urls, error })
    telemetry.tell(this.#settings.onError, error, purge)
  }
}
