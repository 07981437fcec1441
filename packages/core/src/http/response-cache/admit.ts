import { wallTime } from '../../clock.ts'
import { isTag } from '../../keys.ts'
import { type Lifetime, lifetimeOf } from '../caching/freshness.ts'
import { privateReason } from '../caching/private-mark.ts'
import { surrogateTags } from '../caching/cache-tags.ts'
import { cacheGroups } from '../caching/groups.ts'
import { refusalOf } from '../caching/storing.ts'
import { deceives } from '../caching/unsafe-target.ts'
import { varyNames } from '../caching/vary.ts'
import type { HttpExchange, LeavingHead } from '../exchange.ts'
import { type Notes, notesOf } from './notes.ts'
import type { Settings } from './settings.ts'

/** Whether an answer is stored, and how. */
export type Admitted =
  | {
      readonly stored: true
      readonly lifetime: Omit<Lifetime, 'source'>
      /** Names of request headers that tell its variants apart, in lower case. */
      readonly vary: readonly string[]
      readonly notes: Notes | undefined
    }
  | { readonly stored: false; readonly why: string }

/** How long answers that say that there is nothing are fresh in mode `ttl`, at the most. */
const NOTHING_THERE_MS = 10_000
/** Bodies that go on as long as somebody listens. */
const ENDLESS = /^(?:text\/event-stream|multipart\/x-mixed-replace)\b/i
const STORED_UNASKED: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308, 404, 410])

/** Decides about an answer by its head, before any of it has left. */
export function admit<Context>(exchange: HttpExchange, head: LeavingHead, settings: Settings<Context>): Admitted {
  const why = vetoOf(exchange, head, settings)
  if (why !== undefined) return { stored: false, why }
  const names = varyNames(head.header('vary'))
  if (names === '*') return { stored: false, why: 'vary' }
  const vary = variantNames(names, exchange, head, settings)
  if (vary === undefined) return { stored: false, why: 'vary-cookie' }
  const notes = notesOf(exchange.request)
  const lifetime = lifetimeFor(head, notes, settings)
  if (lifetime === undefined) return { stored: false, why: 'no-freshness' }
  const validated = head.header('etag') !== undefined || head.header('last-modified') !== undefined
  const useless = lifetime.fresh + Math.max(lifetime.staleWhileRevalidate, lifetime.staleIfError) <= 0
  if (useless && !(validated && settings.keep > 0)) return { stored: false, why: 'not-fresh' }
  return { stored: true, lifetime, vary, notes }
}

/**
 * Decides once more when the body is whole: the handler of a stream goes on when the head has left, and what it says of its
 * answer then, or hands out of what is somebody's, counts as well.
 */
export function admitWhole<Context>(
  { request }: Pick<HttpExchange, 'request'>,
  admitted: Extract<Admitted, { readonly stored: true }>,
  status: number,
  settings: Settings<Context>,
): Admitted {
  const why = forbiddenBy(request, settings)
  if (why !== undefined) return { stored: false, why }
  const notes = notesOf(request)
  return { ...admitted, lifetime: noted(notes, status, settings) ?? admitted.lifetime, notes }
}

/** Why an answer must not be stored by what was said of its request. */
function forbiddenBy<Context>(request: object, { mode, user }: Settings<Context>): string | undefined {
  return notesOf(request)?.refused ?? (user !== undefined || mode === 'rfc' ? undefined : privateReason(request))
}

/** Why an answer must not be stored, whatever it says of its freshness. */
function vetoOf<Context>(exchange: HttpExchange, head: LeavingHead, settings: Settings<Context>): string | undefined {
  const { mode, authorized, stripSetCookie, targets, user, statuses } = settings
  const rfc = mode === 'rfc'
  const notes = notesOf(exchange.request)
  const forbidden = forbiddenBy(exchange.request, settings)
  if (forbidden !== undefined) return forbidden
  if (ENDLESS.test(head.header('content-type') ?? '')) return 'stream'
  const owned = user !== undefined
  const refusal = refusalOf(exchange, head, {
    targets,
    authorized,
    owned,
    // What a handler said of its answer is not said of the error that came in its place.
    timed: { has: (status) => statuses.has(status) || (notes?.ttl !== undefined && status < 400) },
    setCookie: stripSetCookie || rfc ? 'strip' : 'refuse',
    heuristics: rfc,
    statuses: rfc ? 'all' : 'known',
    honourRequest: rfc,
  })
  if (refusal !== undefined) return refusal
  let dropped = 0
  surrogateTags(
    (name) => head.header(name),
    (count) => (dropped = count),
  )
  // By a tag that is not kept, nobody could drop it.
  if (dropped > 0 || !cacheGroups((name) => head.header(name)).every(isTag)) return 'tags'
  const { target } = exchange
  const path = target.slice(0, (target.indexOf('?') + 1 || target.length + 1) - 1)
  return !rfc && deceives(path, undefined, head.header('content-type')) ? 'deception' : undefined
}

/** Undefined where the answer depends on cookies that nobody has named. */
function variantNames<Context>(
  names: readonly string[],
  { request }: HttpExchange,
  head: LeavingHead,
  { mode, cookies, user }: Settings<Context>,
): readonly string[] | undefined {
  const encoded = (head.header('content-encoding') ?? 'identity') !== 'identity'
  const all = encoded && !names.includes('accept-encoding') ? [...names, 'accept-encoding'].toSorted() : names
  if (mode === 'rfc' || !all.includes('cookie')) return all
  // Those that are named are in the key; and where a session says so, its user is.
  const isKeyed = typeof cookies === 'object' || (user !== undefined && privateReason(request) !== undefined)
  return isKeyed ? all.filter((name) => name !== 'cookie') : undefined
}

/** What the handler said, what the answer says, or what the route was told, in this order. */
function lifetimeFor<Context>(
  head: LeavingHead,
  notes: Notes | undefined,
  settings: Settings<Context>,
): Omit<Lifetime, 'source'> | undefined {
  const { mode, targets, ttl, statuses } = settings
  const byHandler = noted(notes, head.status, settings)
  if (byHandler !== undefined) return byHandler
  const routes = routesOf(notes, settings)
  const said = lifetimeOf(head, { targets, heuristics: mode === 'rfc', now: wallTime() })
  if (said !== undefined) {
    if (said.mustRevalidate) return said
    return {
      ...said,
      staleWhileRevalidate: said.staleWhileRevalidate || routes.staleWhileRevalidate,
      staleIfError: said.staleIfError || routes.staleIfError,
    }
  }
  const own = statuses.get(head.status)
  if (ttl === undefined || (own === undefined && !STORED_UNASKED.has(head.status))) return undefined
  const nothing = head.status === 404 || head.status === 410
  return { fresh: own ?? (nothing ? Math.min(ttl, NOTHING_THERE_MS) : ttl), ...routes }
}

/** What `cacheFor()` said; of an error that came in place of the answer it was not said. */
function noted<Context>(
  notes: Notes | undefined,
  status: number,
  settings: Settings<Context>,
): Omit<Lifetime, 'source'> | undefined {
  return notes?.ttl === undefined || status >= 500 ? undefined : { fresh: notes.ttl, ...routesOf(notes, settings) }
}

function routesOf<Context>(
  notes: Notes | undefined,
  { stale, staleIfError }: Settings<Context>,
): Omit<Lifetime, 'source' | 'fresh'> {
  return {
    staleWhileRevalidate: notes?.stale ?? stale,
    staleIfError: notes?.staleIfError ?? staleIfError,
    mustRevalidate: false,
  }
}
