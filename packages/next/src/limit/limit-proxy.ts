import { type Policies, RedstartError } from '@redstart/core'
import { type LimiterSource, limitRequests, rateLimitOf, type RateLimitOptions } from '@redstart/core/http'
import { arrivalHere } from '../client-address/arrivals.ts'
import { CONNECTION_OPTIONS } from '../client-address/connection.ts'
import { runPolicies, type RunOptions } from '../route/run-policies.ts'
import { limitUse } from './no-address.ts'

/** How all that comes through the proxy is limited. Nobody is refunded: how a request ends is not known here. */
export type LimitProxyOptions<P extends Policies, Incoming extends Request = Request> = RateLimitOptions<P, Incoming> &
  RunOptions & {
    readonly refund?: undefined
    /**
     * Calls of server actions, and forms that may be one: counted as any request, the only ones that are, or left alone, as
     * where `limitAction` counts them.
     *
     * @default 'count'
     */
    readonly actions?: 'count' | 'only' | 'leave'
    /**
     * What is fetched before anybody asks for it. Who says that of a request is the client: left alone, whoever says it is
     * not limited.
     *
     * @default 'count'
     */
    readonly prefetches?: 'count' | 'leave'
  }

/** What `proxy.ts` exports. */
export type ProxyHandler<Incoming extends Request = Request, Event = unknown> = (
  request: Incoming,
  event: Event,
) => Response | undefined | void | Promise<Response | undefined | void>

/** The same with limits in front. */
export type LimitedProxy<Incoming extends Request = Request, Event = unknown> = (
  request: Incoming,
  event: Event,
) => Promise<Response>

/**
 * Rate limits for `proxy.ts`, in front of all that its `matcher` lets through: who has used up a quota is answered 429, all
 * others are told in headers what they have left. To a refused action the browser gets an error that says so.
 *
 * ```ts
 * // proxy.ts
 * export const proxy = limitProxy(redstart, { policies: 'site', clientAddress: { hops: 1 } })
 * export const config = { matcher: '/((?!_next/static|_next/image|favicon.ico).*)' }
 * ```
 *
 * @param from an instance, or its `limiter`.
 * @param proxy what else the proxy does with what is not refused. @default nothing: it goes on
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that can
 *   never match, is there twice or refunds.
 */
export function limitProxy<P extends Policies, Incoming extends Request = Request, Event = unknown>(
  from: LimiterSource<P>,
  options: LimitProxyOptions<NoInfer<P>, NoInfer<Incoming>>,
  proxy: ProxyHandler<Incoming, Event> = () => undefined,
): LimitedProxy<Incoming, Event> {
  const { actions = 'count', prefetches = 'count' } = options
  checkOptions(options)
  const use = limitUse(from, () => limitRequests<P, Incoming>(from, options, OWN_OPTIONS))
  const goOn = async (request: Incoming, event: Event): Promise<Response> => (await proxy(request, event)) ?? next()
  const limited = runPolicies([use], options, goOn)
  return async function redstartProxy(request, event) {
    const isCounted = actions === 'count' || isAction(request) === (actions === 'only')
    if (!isCounted || (prefetches === 'leave' && isPrefetch(request))) return await goOn(request, event)
    const answer = await limited(request, event)
    const isRefused = rateLimitOf(request)?.allowed === false && options.refuse === undefined
    return isRefused && request.headers.has(ACTION) ? saidToAction(answer) : answer
  }
}

const OWN_OPTIONS: readonly string[] = ['onError', 'actions', 'prefetches', ...CONNECTION_OPTIONS]
/** Names the action that a page calls. */
const ACTION = 'next-action'

/** As `NextResponse.next()` says it. */
function next(): Response {
  return new Response(null, { headers: { 'x-middleware-next': '1' } })
}

/** Forms may be actions even where no script runs: it is their fields that say so. */
function isAction({ method, headers }: Request): boolean {
  if (method !== 'POST') return false
  return headers.has(ACTION) || headers.get('content-type')?.startsWith('multipart/form-data') === true
}

/** Next.js hides from the proxy what its router says, but not from who has seen the request before. */
function isPrefetch({ headers }: Request): boolean {
  if (arrivalHere()?.headers['next-router-prefetch'] !== undefined || headers.has('next-router-prefetch')) return true
  return /\bprefetch\b/.test(headers.get('sec-purpose') ?? headers.get('purpose') ?? '')
}

/** What the router of Next.js makes the message of the error that a page gets. */
function saidToAction(answer: Response): Response {
  const headers = new Headers(answer.headers)
  const after = headers.get('retry-after')
  const isAway = answer.status === 503
  headers.set('content-type', 'text/plain')
  headers.delete('content-length')
  const what = isAway ? 'This does not work just now.' : 'That was too much.'
  const advice = after === null ? '' : ` Try again in ${after} ${after === '1' ? 'second' : 'seconds'}.`
  return new Response(what + advice, { status: answer.status, headers })
}

function checkOptions(options: LimitProxyOptions<Policies, never>): void {
  const { actions = 'count', prefetches = 'count', rules = [options] } = options
  if (!['count', 'only', 'leave'].includes(actions)) throw refused('actions', "'count', 'only' or 'leave'")
  if (!['count', 'leave'].includes(prefetches)) throw refused('prefetches', "'count' or 'leave'")
  if (Array.isArray(rules) && rules.some((rule: { readonly refund?: unknown }) => rule?.refund !== undefined))
    throw refused(
      'refund',
      'none: how a request ends is not known in the proxy; limitRoute() and limitAction() know it',
    )
}

function refused(option: string, expected: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `limitProxy(): the option ${option} is not allowed; expected ${expected}`,
  )
}
