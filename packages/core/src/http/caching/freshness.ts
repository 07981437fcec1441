import { deltaSeconds, type Directives, MOST_SECONDS } from './cache-control.ts'
import type { HeaderOf } from './header-of.ts'
import { parseHttpDate } from './http-date.ts'
import { responseDirectives } from './targeted.ts'

/** How long a response may be used, in milliseconds from when it was made. */
export interface Lifetime {
  readonly fresh: number
  /** For so long after that it may be used while a new one is made (RFC 5861 3); 0 where it must not be. */
  readonly staleWhileRevalidate: number
  /** For so long after it was fresh it may be used when none can be made (RFC 5861 4); 0 where it must not be. */
  readonly staleIfError: number
  /**
   * Once stale it must not be used unless validated (RFC 9111 4.2.4), whatever a cache does by default. `s-maxage` says so as
   * well (5.2.2.10), but not where the same response gives one of the two windows above: whoever writes both means both, and
   * shared caches take it so.
   */
  readonly mustRevalidate: boolean
  /** What said so. */
  readonly source: 'targeted' | 's-maxage' | 'max-age' | 'expires' | 'heuristic' | 'no-cache'
}

export interface LifetimeOptions {
  /** Names of targeted fields, the most specific first. */
  readonly targets: readonly string[]
  /** A response that says nothing but when it was last modified is fresh for a tenth of the time since (RFC 9111 4.2.2). */
  readonly heuristics: boolean
  /** When the response came, in milliseconds since 1970, for one that has no `Date`. */
  readonly now: number
}

/**
 * How long a response may be used by a shared cache (RFC 9111 4.2.1): `s-maxage`, else `max-age`, else `Expires` after
 * `Date`, else, where that is wanted, a tenth of its age when it came, at most a day (4.2.2).
 *
 * @returns undefined where the response says nothing of it.
 */
export function lifetimeOf(
  head: { readonly status: number; readonly header: HeaderOf },
  options: LifetimeOptions,
): Lifetime | undefined {
  const header: HeaderOf = (name) => head.header(name)
  const { directives, targeted } = responseDirectives(header, options.targets)
  const isNoCache = directives.get('no-cache') === true
  const found =
    aged(directives, targeted !== undefined) ??
    (targeted === undefined ? expires(header, options.now) : undefined) ??
    (isNoCache ? ({ fresh: 0, source: targeted === undefined ? 'no-cache' : 'targeted' } as const) : undefined) ??
    (options.heuristics ? heuristic(head.status, header, directives, options.now) : undefined)
  if (found === undefined) return undefined
  const isForbidden = isNoCache || directives.has('must-revalidate') || directives.has('proxy-revalidate')
  const staleWhileRevalidate = isForbidden ? 0 : window(directives, 'stale-while-revalidate')
  const staleIfError = isForbidden ? 0 : window(directives, 'stale-if-error')
  const isOpened = staleWhileRevalidate > 0 || staleIfError > 0
  return {
    fresh: isNoCache ? 0 : found.fresh,
    staleWhileRevalidate,
    staleIfError,
    mustRevalidate: isForbidden || (directives.has('s-maxage') && !isOpened),
    source: found.source,
  }
}

/**
 * How old a response was when it came (RFC 9111 4.2.3), in milliseconds: the larger of what its `Date` and its `Age` tell.
 *
 * @param requestedAt when its request was sent, in milliseconds since 1970.
 * @param receivedAt when it came.
 */
export function initialAge(header: HeaderOf, requestedAt: number, receivedAt: number): number {
  const date = parseHttpDate(header('date') ?? '', receivedAt)
  const apparent = date === undefined ? 0 : Math.max(0, receivedAt - date)
  const delay = Math.max(0, receivedAt - requestedAt)
  return Math.max(apparent, ageOf(header('age')) + delay)
}

/**
 * Whether a status may be fresh by what its response does not say, and be stored for a time that it does not give: those
 * that RFC 9110 15.1 calls heuristically cacheable, without 206, which is a part.
 */
export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTIC.has(status)
}

const HEURISTIC = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])
const DAY = 24 * 60 * 60 * 1000

type Found = Pick<Lifetime, 'fresh' | 'source'>

function aged(directives: Directives, isTargeted: boolean): Found | undefined {
  for (const source of ['s-maxage', 'max-age'] as const) {
    const seconds = deltaSeconds(directives, source)
    if (seconds !== undefined) return { fresh: seconds * 1000, source: isTargeted ? 'targeted' : source }
  }
  return undefined
}

/** RFC 9111 5.3: what is no date, several of them among that, is in the past. */
function expires(header: HeaderOf, now: number): Found | undefined {
  const value = header('expires')
  if (value === undefined) return undefined
  const until = parseHttpDate(value, now)
  const from = parseHttpDate(header('date') ?? '', now) ?? now
  const fresh = until === undefined ? 0 : Math.min(MOST_SECONDS * 1000, Math.max(0, until - from))
  return { fresh, source: 'expires' }
}

function heuristic(status: number, header: HeaderOf, directives: Directives, now: number): Found | undefined {
  if (!isHeuristicallyCacheable(status) && !directives.has('public')) return undefined
  const modified = parseHttpDate(header('last-modified') ?? '', now)
  if (modified === undefined) return undefined
  const from = parseHttpDate(header('date') ?? '', now) ?? now
  return { fresh: Math.min(DAY, Math.max(0, Math.floor((from - modified) / 10))), source: 'heuristic' }
}

function window(directives: Directives, name: string): number {
  return 1000 * (deltaSeconds(directives, name) ?? 0)
}

/** RFC 9111 5.1: of a list the first counts, and what is no number of seconds is as though it were not there. */
function ageOf(field: string | undefined): number {
  const digits = /^(\d+)[ \t]*(?:[,;]|$)/.exec(field ?? '')?.[1]
  return digits === undefined ? 0 : 1000 * Math.min(MOST_SECONDS, Number(digits))
}
