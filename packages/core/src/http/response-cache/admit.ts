import { wallTime } from '../../clock.ts'
import { type Lifetime, lifetimeOf } from '../caching/freshness.ts'
import { privateReason } from '../caching/private-mark.ts'
import { surrogateTags } from '../caching/cache-tags.ts'
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

/** Why an answer must not be stored, whatever it says of its freshness. */
function vetoOf<Context>(exchange: HttpExchange, head: LeavingHead, settings: Settings<Context>): string | undefined {
  const { mode, authorized, stripSetCookie, targets, user, statuses } = settings
  const rfc = mode === 'rfc'
  const notes = notesOf(exchange.request)
  if (notes?.refused !== undefined) return notes.refused
  if (ENDLESS.test(head.header('content-type') ?? '')) return 'stream'
  const owned = user !== undefined
  const mark = owned || rfc ? undefined : privateReason(exchange.request)
  if (mark !== undefined) return mark
  const refusal = refusalOf(exchange, head, {
    ...{ targets, authorized, owned },
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
  if (dropped > 0) return 'tags'
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
  const { mode, targets, stale, staleIfError, ttl, statuses } = settings
  const routes = {
    staleWhileRevalidate: notes?.stale ?? stale,
    staleIfError: notes?.staleIfError ?? staleIfError,
    mustRevalidate: false,
  }
  if (notes?.ttl !== undefined && head.status < 500) return { fresh: notes.ttl, ...routes }
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
