import type { Budget } from '../../cache/budget.ts'
import { wallTime } from '../../clock.ts'
import type { Sight } from '../../cache/reader.ts'
import { after } from '../after.ts'
import type { CacheStatus } from '../caching/cache-status.ts'
import { isSafe } from '../caching/invalidated.ts'
import { askedOf as directivesOf } from '../caching/request-directives.ts'
import type { HttpExchange } from '../exchange.ts'
import type { Decided } from '../policy-use.ts'
import { problemReply } from '../problem.ts'
import type { Admission } from './admissions.ts'
import { Asked } from './asked.ts'
import { cookiesForbid } from './cookie-guard.ts'
import { Filling } from './filling.ts'
import { InputAudit } from './input-audit.ts'
import type { ResponseCacheParts } from './parts.ts'
import { checking, passing, unsafe } from './passing.ts'
import { type Located, locate, Spending } from './locate.ts'
import { prepare, type PreparedAnswer } from './prepared.ts'
import { serve, serveFresh } from './serve.ts'
import { usageOf } from './usage.ts'

/** How often a request waits for others before it goes ahead itself. */
const MOST_WAITS = 3

/** Decides for each request whether it is answered from the cache, and what becomes of its answer if not. */
export class ResponseCache<Context> {
  readonly #parts: ResponseCacheParts<Context>
  /** Requests that were sent again behind a client's back, and what they were sent for. */
  readonly #again = new WeakMap<object, Filling<Context>>()

  constructor(parts: ResponseCacheParts<Context>) {
    this.#parts = parts
  }

  decide(exchange: HttpExchange, context: Context): Decided | Promise<Decided> {
    const { entries, settings, keys } = this.#parts
    const { method } = exchange
    const name = settings.cacheStatus
    if (entries.closed) return passing(exchange, name, { fwd: 'bypass', detail: 'closed' })
    if (method !== 'GET' && method !== 'HEAD')
      return isSafe(method) ? passing(exchange, name, { fwd: 'method' }) : unsafe(exchange, this.#parts)
    const forbidden = this.#guard(exchange, context)
    if (forbidden !== undefined) return passing(exchange, name, { fwd: 'bypass', detail: forbidden })
    const audit = settings.audit === 'off' ? undefined : new InputAudit(exchange, settings, this.#parts.unkeyed)
    const keyed = audit?.keying(() => keys.of(exchange, context)) ?? keys.of(exchange, context)
    if (keyed.type === 'bypass') return passing(exchange, name, { fwd: 'bypass', detail: keyed.why })
    const directives = settings.mode === 'rfc' ? directivesOf((header) => exchange.header(header)) : undefined
    const asked = new Asked(exchange, context, keyed.path, directives, audit)
    const { fillings } = this.#parts
    const outer = fillings.get(exchange.request)
    if (outer?.page === asked.path) {
      outer.heed(settings)
      return NOTHING
    }
    const refresh = this.#again.get(exchange.request)
    if (refresh?.page === asked.path) return this.#fill(refresh.of(asked))
    return this.#held(asked) ?? this.#find(asked, undefined, 0)
  }

  /** What most requests are told: a page that memory has, fresh, and of which there is one for all. */
  #held(asked: Asked<Context>): Decided | undefined {
    const { entries, settings } = this.#parts
    if (asked.directives !== undefined) return undefined
    const { path } = asked
    const entry = entries.hit(path)
    const found = entry === undefined ? undefined : prepare(entry)
    if (entry === undefined || found?.kind !== 'response') return undefined
    const { answer } = found
    const age = answer.age(entries.time)
    if (age >= answer.stored.fresh) return undefined
    entries.tell(path, { kind: 'fresh', entry, tier: 'l1' })
    return { reply: serveFresh(asked, answer, age, settings.cacheStatus) }
  }

  /** Why a request passes by, whatever is stored. */
  #guard(exchange: HttpExchange, context: Context): string | undefined {
    const { skip, authorized, user } = this.#parts.settings
    if (skip?.(context) === true) return 'skip'
    if (user === undefined && authorized === 'never' && exchange.header('authorization') !== undefined)
      return 'authorization'
    if (exchange.header('if-match') !== undefined || exchange.header('if-unmodified-since') !== undefined)
      return 'precondition'
    // It is in no key, and some frameworks read it as they read parameters.
    if ((exchange.header('content-length') ?? '0') !== '0' || exchange.header('transfer-encoding') !== undefined)
      return 'body'
    return cookiesForbid(exchange.header('cookie'), this.#parts.settings) ? 'cookie' : undefined
  }

  #find(asked: Asked<Context>, budget: Budget | undefined, waits: number): Decided | Promise<Decided> {
    return after(locate(asked, this.#parts, new Spending(this.#parts.entries, budget)), (located) =>
      this.#plan(asked, located, waits),
    )
  }

  #plan(asked: Asked<Context>, located: Located, waits: number): Decided | Promise<Decided> {
    const { entries, admissions } = this.#parts
    const { path, sight, answer } = located
    if (answer !== undefined && sight.kind !== 'missing') {
      const age = answer.age(entries.time)
      const usage = usageOf(asked.directives, answer.stored, { age, stale: sight.kind === 'stale' })
      if (usage === 'fresh') return this.#serve(asked, located, answer, waits > 0)
      const pauses = usage !== 'no' && admissions.isPausing(path)
      if (pauses || (usage === 'while-refreshing' && this.#refreshes(asked, located)))
        return this.#serve(asked, located, answer, false)
    }
    // Made by another request while this one was looking further away.
    if (sight.kind === 'missing' && waits < MOST_WAITS && entries.hit(path) !== undefined)
      return this.#find(asked, located.spending.budget, waits + 1)
    if (asked.directives?.onlyIfCached === true) return { reply: problemReply({ status: 504 }) }
    entries.tell(path, answer === undefined ? absent(sight) : EXPIRED)
    return this.#miss(asked, located, waits)
  }

  #serve(asked: Asked<Context>, located: Located, answer: PreparedAnswer, collapsed: boolean): Decided {
    const { entries, settings } = this.#parts
    const age = answer.age(entries.time)
    const ttl = Math.floor((answer.stored.fresh - age) / 1000)
    entries.tell(located.path, located.sight)
    const status: CacheStatus = collapsed ? { fwd: 'uri-miss', collapsed } : { hit: true, ttl }
    return { reply: serve(asked, answer, { age, status, name: settings.cacheStatus }) }
  }

  /** True where what is stale may be served now, because somebody is about to replace it. */
  #refreshes(asked: Asked<Context>, located: Located): boolean {
    const { admissions } = this.#parts
    const { exchange, method } = asked
    if (admissions.isRunning(located.path)) return true
    // Of HEAD there is no body; it shows the head meanwhile.
    if (method !== 'GET') return true
    const { again } = exchange
    if (again === undefined) return false
    const filling = this.#filling(asked, located, admissions.begin(located.path))
    void Promise.resolve(filling.begin())
      .then(() => again((request) => void this.#again.set(request, filling)))
      .catch(() => undefined)
      .then(() => filling.over())
    return true
  }

  #miss(asked: Asked<Context>, located: Located, waits: number): Decided | Promise<Decided> {
    const { admissions, settings } = this.#parts
    const { path } = located
    const partial = asked.method === 'HEAD' || asked.header('range') !== undefined
    if (partial) {
      const status: CacheStatus = { fwd: reasonOf(located) }
      if (asked.method !== 'HEAD' || located.answer === undefined)
        return passing(asked.exchange, settings.cacheStatus, status)
      return checking(asked, located.answer, status, this.#parts)
    }
    let admission: Admission | undefined
    if (settings.coalesce && waits < MOST_WAITS && !admissions.isAlone(path)) {
      const running = admissions.waitFor(path)
      if (running !== undefined)
        return running.then((outcome) => {
          const goes = outcome === 'refused' || outcome === 'passed'
          return this.#find(asked, located.spending.budget, goes ? MOST_WAITS : waits + 1)
        })
      admission = admissions.begin(path)
    }
    const filling = this.#filling(asked, located, admission)
    return after(filling.begin(), () => this.#fill(filling))
  }

  #filling(asked: Asked<Context>, located: Located, admission: Admission | undefined): Filling<Context> {
    const { sight, answer, known, path } = located
    const fwd = reasonOf(located)
    const down = sight.kind === 'missing' && sight.reason === 'outage'
    const status: CacheStatus = down ? { fwd: 'bypass', detail: 'store-unavailable' } : { fwd }
    const { entries, settings, admissions } = this.#parts
    return new Filling({
      entries,
      settings,
      admissions,
      asked,
      admission,
      path,
      known,
      status,
      budget: located.spending.budget,
      stale: answer,
      entry: sight.kind === 'missing' ? undefined : sight.entry,
      requestedAt: wallTime(),
    })
  }

  #fill(filling: Filling<Context>): Decided {
    this.#parts.fillings.set(filling.asked.exchange.request, filling)
    filling.asked.askForAll(this.#parts.settings.normalisers)
    filling.askWhetherItHolds()
    filling.asked.audit?.begin()
    filling.asked.exchange.onGone?.(filling.gone)
    return { settle: (head) => filling.settle(head), within: filling.within }
  }
}

/** Why a request is handed on, in the words of RFC 9211. */
function reasonOf({ answer, known }: Located): NonNullable<CacheStatus['fwd']> {
  if (answer !== undefined) return 'stale'
  return known.length > 0 ? 'vary-miss' : 'uri-miss'
}

const NOTHING: Decided = { settle: undefined }
const EXPIRED: Sight = { kind: 'missing', reason: 'expired' }

/** What was found and is nothing of ours counts as a miss. */
function absent(sight: Sight): Sight {
  return sight.kind === 'missing' ? sight : { kind: 'missing', reason: 'unreadable' }
}
