import { type Directives, parseCacheControl } from './cache-control.ts'
import { isHeuristicallyCacheable } from './freshness.ts'
import type { HeaderOf } from './header-of.ts'
import { responseDirectives } from './targeted.ts'

/** Why a response is not stored. */
export type Refusal =
  | 'method'
  | 'status'
  | 'partial'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'set-cookie'
  | 'vary'
  | 'no-freshness'
  | 'trailers'
  | 'stream'

export interface StoringRules {
  /** Names of targeted fields, the most specific first. */
  readonly targets: readonly string[]
  /** It is kept for one user alone: then neither `private` nor `Authorization` forbids it. @default false */
  readonly owned?: boolean
  /** To a request with `Authorization`: none, or those that RFC 9111 3.5 allows. */
  readonly authorized: 'never' | 'rfc'
  /** A response with `Set-Cookie` is not stored, or stored without it. */
  readonly setCookie: 'refuse' | 'strip'
  /** Responses may be fresh by heuristics; then `public` is enough for any status (RFC 9111 3). */
  readonly heuristics: boolean
  /** Those that an application means to be kept, or every final one that is not a part. */
  readonly statuses: 'known' | 'all'
  /** Other statuses that the route gives a time of their own. @default none */
  readonly timed?: { has(status: number): boolean }
  /** `no-store` of the request counts (RFC 9111 5.2.1.5). */
  readonly honourRequest: boolean
}

/**
 * Why a shared cache must not store a response (RFC 9111 3), or undefined where it may. How long it is fresh is judged apart;
 * here it matters whether the response says so itself, as it has to with a status that is not cacheable by default.
 *
 * `private="..."` and `no-cache="..."` forbid to store the fields that they list, and those only: `storedHeaders` leaves them
 * out.
 */
export function refusalOf(
  request: { readonly method: string; readonly header: HeaderOf },
  head: { readonly status: number; readonly header: HeaderOf },
  rules: StoringRules,
): Refusal | undefined {
  if (request.method !== 'GET') return 'method'
  const header: HeaderOf = (name) => head.header(name)
  const { directives, targeted } = responseDirectives(header, rules.targets)
  const hasExpires = targeted === undefined && header('expires') !== undefined
  return (
    ofStatus(head.status, directives, hasExpires, rules) ??
    ofDirectives((name) => request.header(name), head.status, directives, rules) ??
    ofFields(header, rules)
  )
}

/** What is stored without freshness of its own, in `known`: what {@link isHeuristicallyCacheable} says, but for errors. */
const KEPT = new Set([200, 203, 204, 300, 301, 308, 404, 410])
/** What may be stored where the response itself says how long. */
const KEPT_IF_TOLD = new Set([302, 303, 307, 405, 414, 500, 501, 502, 503, 504])
/** RFC 9110 15, whose rules for caching this cache knows. */
const UNDERSTOOD = /^(?:20[0-5]|30[0-57-8]|40\d|41[0-7]|42[126]|50[0-5])$/

function ofStatus(
  status: number,
  directives: Directives,
  hasExpires: boolean,
  { statuses, timed, heuristics }: StoringRules,
): Refusal | undefined {
  // A 416 is of one range as a 206 is.
  if (status === 206 || status === 416) return 'partial'
  if (status < 200 || status === 304) return 'status'
  // 5.2.2.3.
  if (directives.has('must-understand') && !UNDERSTOOD.test(String(status))) return 'status'
  const isKept = statuses === 'all' ? isHeuristicallyCacheable(status) : KEPT.has(status)
  if (isKept || timed?.has(status) === true) return undefined
  if (statuses === 'known' && !KEPT_IF_TOLD.has(status)) return 'status'
  const isTold = hasExpires || directives.has('max-age') || directives.has('s-maxage')
  return isTold || (heuristics && directives.has('public')) ? undefined : 'no-freshness'
}

function ofDirectives(
  asked: HeaderOf,
  status: number,
  directives: Directives,
  { authorized, honourRequest, owned = false }: StoringRules,
): Refusal | undefined {
  // 5.2.2.3: whoever understands a status leaves no-store, which is for those that do not, out of account.
  const isUnderstood = directives.has('must-understand') && UNDERSTOOD.test(String(status))
  if (directives.has('no-store') && !isUnderstood) return 'no-store'
  if (honourRequest && parseCacheControl(asked('cache-control')).has('no-store')) return 'no-store'
  if (owned) return undefined
  if (directives.get('private') === true) return 'private'
  if (asked('authorization') === undefined) return undefined
  // 3.5.
  const isAllowed = directives.has('public') || directives.has('s-maxage') || directives.has('must-revalidate')
  return authorized === 'rfc' && isAllowed ? undefined : 'authorization'
}

function ofFields(header: HeaderOf, { setCookie }: StoringRules): Refusal | undefined {
  if (setCookie === 'refuse' && header('set-cookie') !== undefined) return 'set-cookie'
  // 4.1: a response that varies by what nobody knows matches no request.
  if (/(?:^|,)[ \t]*\*[ \t]*(?:,|$)/.test(header('vary') ?? '')) return 'vary'
  if (header('trailer') !== undefined) return 'trailers'
  return /^(?:text\/event-stream|multipart\/x-mixed-replace)/i.test(header('content-type') ?? '') ? 'stream' : undefined
}
