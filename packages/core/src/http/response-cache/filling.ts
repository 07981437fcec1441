import type { Budget } from '../../cache/budget.ts'
import type { ByteEntries } from '../../cache/byte-entries.ts'
import type { Entry } from '../../cache/entry.ts'
import { type CacheStatus, cacheStatus } from '../caching/cache-status.ts'
import { notModified } from '../caching/conditional.ts'
import { freshened } from '../caching/freshen.ts'
import type { HeaderList, LeavingHead, Reply, Settlement } from '../exchange.ts'
import { admit, type Admitted } from './admit.ts'
import type { Admission, Admissions } from './admissions.ts'
import type { Asked } from './asked.ts'
import { BodyCapture } from './body-capture.ts'
import { type FillPlace, store, type Storing, storingOf, wholeOf } from './fill.ts'
import { Handling } from './handling.ts'
import { PreparedAnswer } from './prepared.ts'
import { notModifiedReply, serve } from './serve.ts'
import { storedHead } from './stored-head.ts'
import { shownOf } from './shown.ts'
import type { Settings } from './settings.ts'
import { usageOf } from './usage.ts'

export interface FillingParts<Context> {
  readonly entries: ByteEntries
  readonly settings: Settings<Context>
  readonly admissions: Admissions
  readonly asked: Asked<Context>
  /** Who waits for the answer; undefined for nobody. */
  readonly admission: Admission | undefined
  /** Of the variant, where it is known. */
  readonly path: string
  readonly known: readonly string[]
  readonly status: CacheStatus
  /** What may be spent in the backend. */
  readonly budget: Budget
  /** What is stored, and not to be served as it is. */
  readonly stale: PreparedAnswer | undefined
  /** The entry that holds it. */
  readonly entry: Entry | undefined
  /** The wall's time, in ms. */
  readonly requestedAt: number
}

type Stored = Extract<Admitted, { readonly stored: true }>

/** A handler that runs, as middleware of the same page sees it. */
export type Run = Pick<Filling<never>, 'page' | 'heed'>

/** One run of a handler whose answer may be stored. */
export class Filling<Context> {
  readonly #parts: FillingParts<Context>
  readonly #handling: Handling
  /** Those of a middleware nearer to the handler, which knows better. */
  #settings: Settings<Context>

  constructor(parts: FillingParts<Context>, handling?: Handling) {
    const { entries, asked, budget } = parts
    this.#parts = parts
    this.#handling = handling ?? new Handling({ entries, path: asked.path, budget })
    this.#settings = parts.settings
  }

  /** Where the answer belongs, before `Vary`. */
  get page(): string {
    return this.#parts.asked.path
  }

  /** Another middleware of the same page is nearer to the handler: what it was told counts. */
  heed(settings: Settings<never>): void {
    // Of one request the context is the same for all.
    this.#settings = settings as Settings<Context>
  }

  get asked(): Asked<Context> {
    return this.#parts.asked
  }

  /** The same for the request that was sent again for it. */
  of(asked: Asked<Context>): Filling<Context> {
    return new Filling({ ...this.#parts, asked }, this.#handling)
  }

  /** Fixes the moment that the answer is bound to; the handler begins later. */
  begin(): void | Promise<void> {
    return this.#handling.fix()
  }

  /** Whatever can invalidate what the handler reads through the cache can invalidate its answer. */
  readonly within = <T>(next: () => T): T => this.#handling.run(next)

  /** The request that was sent again has ended, wherever it came to. */
  over(): void {
    const { admissions, path } = this.#parts
    if (admissions.isRunning(path)) admissions.pause(path)
    this.#end('passed')
  }

  /** The client went. Nobody waits any longer for a handler that may never answer; what it answers all the same is stored. */
  readonly gone = (): void => this.#parts.admission?.end('gone')

  /** Has the handler say whether what is stored still holds, where it can (RFC 9111 4.3.1). */
  askWhetherItHolds(): void {
    const { stale, asked, settings } = this.#parts
    if (stale === undefined || settings.keep === 0) return
    const { exchange } = asked
    if (stale.etag !== undefined) exchange.setRequestHeader('if-none-match', stale.etag)
    if (stale.lastModified !== undefined) exchange.setRequestHeader('if-modified-since', stale.lastModified)
  }

  /** @throws what the application's own functions throw; who waits goes ahead then. */
  settle(head: LeavingHead): Settlement {
    try {
      return this.#settle(head)
    } catch (error) {
      this.#end('passed')
      throw error
    }
  }

  #settle(head: LeavingHead): Settlement {
    const { asked, stale } = this.#parts
    const settings = this.#settings
    asked.audit?.end()
    this.#handling.mark(asked.exchange.request)
    if (head.status === 304 && stale !== undefined && settings.keep > 0) return this.#holds(head, stale)
    if (head.status >= 500 && stale !== undefined) {
      const instead = this.#inPlaceOf(head, stale)
      if (instead !== undefined) return instead
    }
    const admitted = admit(asked.exchange, head, settings)
    if (!admitted.stored) return this.#refused(head, admitted.why)
    const audited = asked.audit?.judge(head, admitted) ?? { type: 'store', head, admitted }
    return audited.type === 'store' ? this.#admitted(audited.head, audited.admitted) : this.#refused(head, audited.why)
  }

  /** The stored answer holds on (RFC 9111 4.3.3, 4.3.4). */
  #holds(head: LeavingHead, stale: PreparedAnswer): Settlement {
    const { asked, entries } = this.#parts
    const settings = this.#settings
    const headers = freshened(stale.stored.headers, head.headers, settings.targets)
    const whole = storedHead(stale.stored.status, headers)
    const admitted = admit(asked.exchange, whole, settings)
    const storing = admitted.stored ? storingOf(this.#place(), whole, admitted, settings) : undefined
    const age = stale.age(entries.time)
    const status: CacheStatus = { fwd: 'stale', fwdStatus: 304, ...(storing !== undefined && { stored: true }) }
    if (!admitted.stored || storing === undefined) {
      this.#end('refused')
      return this.#give(serve(asked, stale, { age, status, name: settings.cacheStatus }))
    }
    void store(storing, stale.stored.body)
    this.#end('stored')
    const { initialAge } = storing
    const renewed = new PreparedAnswer({ ...stale.stored, headers: storing.headers, initialAge, ...admitted.lifetime })
    return this.#give(serve(asked, renewed, { age: initialAge, status, name: settings.cacheStatus }))
  }

  /** A stale answer in place of an error, as long as that is allowed (RFC 5861 4). */
  #inPlaceOf(head: LeavingHead, stale: PreparedAnswer): Settlement {
    const { asked, entries, admissions, path, entry } = this.#parts
    const settings = this.#settings
    const age = stale.age(entries.time)
    const { staleIfError } = stale.stored
    // What was invalidated while the handler ran is no better than the error.
    if (entry === undefined || !entries.servable(path, entry)) return undefined
    const usage = usageOf(asked.directives, stale.stored, { age, stale: true })
    if (usage === 'no' || Math.max(0, age - stale.stored.fresh) >= staleIfError) return undefined
    admissions.pause(path)
    this.#end('passed')
    const status: CacheStatus = { fwd: 'stale', fwdStatus: head.status, detail: 'stale-if-error' }
    return this.#give(serve(asked, stale, { age, status, name: settings.cacheStatus }))
  }

  #admitted(head: LeavingHead, admitted: Stored): Settlement {
    const { asked, status } = this.#parts
    const settings = this.#settings
    const { exchange } = asked
    const storing = storingOf(this.#place(), head, admitted, settings)
    if (storing === undefined) return this.#refused(head, 'tags')
    const shown = shownOf(storing, settings)
    const capture = new BodyCapture({
      limit: settings.maxBodyBytes,
      within: this.#handling.within,
      whole: (body) => this.#store(storing, body),
      tooLarge: () => this.#end('refused'),
      broken: () => this.#end('gone'),
    })
    const own = { stored: true, ...status } as const
    // The head says how much there is: then nobody has to wait to know.
    if (Number(head.header('content-length') ?? 0) > settings.maxBodyBytes) {
      this.#end('refused')
      return this.#leave(head, { ...status, detail: 'too-large' }, undefined)
    }
    for (const [name, value] of shown.set) exchange.setHeader(name, value)
    for (const name of shown.removed) exchange.removeHeader(name)
    return this.#leave(head, own, capture)
  }

  #refused(head: LeavingHead, why: string): Settlement {
    this.#end(head.status >= 500 ? 'passed' : 'refused')
    return this.#leave(head, { detail: why, ...this.#parts.status }, undefined)
  }

  /** As it is; or only that the client has it already, since the handler was not told what the client asked. */
  #leave(head: LeavingHead, status: CacheStatus, capture: BodyCapture | undefined): Settlement {
    const { asked } = this.#parts
    const settings = this.#settings
    const validators = {
      etag: head.header('etag'),
      lastModified: head.header('last-modified'),
      date: head.header('date'),
    }
    if (head.status === 200 && notModified(asked, validators)) {
      const name = settings.cacheStatus
      const own: HeaderList = name === undefined ? [] : [['cache-status', cacheStatus(name, status)]]
      const reply = notModifiedReply(head.headers, own)
      return { type: 'replace', reply, ...(capture !== undefined && { capture }) }
    }
    if (settings.cacheStatus !== undefined)
      asked.exchange.appendHeader('Cache-Status', cacheStatus(settings.cacheStatus, status))
    return capture === undefined ? undefined : { type: 'capture', capture }
  }

  #give(reply: Reply): Settlement {
    return { type: 'replace', reply }
  }

  /** Memory has it now; those who wait look there, unless it has no room. */
  async #store(storing: Storing, body: Uint8Array): Promise<void> {
    const { entries, path, asked } = this.#parts
    if (this.#handling.lapsed) return this.#end('passed')
    this.#handling.mark(asked.exchange.request)
    const whole = wholeOf(storing, asked.exchange)
    if (whole === undefined) return this.#end('refused')
    const stored = store({ ...whole, headers: shownOf(whole, this.#settings).stored }, body)
    if (entries.hit(path) !== undefined) this.#end('stored')
    await stored.finally(() => this.#end('stored'))
  }

  #end(outcome: Parameters<Admission['end']>[0]): void {
    this.#handling.end()
    this.#parts.admission?.end(outcome)
  }

  #place(): FillPlace {
    const { entries, asked, known, requestedAt } = this.#parts
    const { moment, parts } = this.#handling
    const { path, context } = asked
    const header = (name: string): string | undefined => asked.header(name)
    return { entries, path, known, moment, parts, requestedAt, header, tags: this.#settings.tags(context) }
  }
}
