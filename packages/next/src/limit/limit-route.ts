import type { Policies } from '@redstart/core'
import { type LimiterSource, limitRequests, type RateLimitOptions } from '@redstart/core/http'
import { CONNECTION_OPTIONS } from '../client-address/connection.ts'
import type { RouteHandler, WrappedRoute } from '../route/route-handler.ts'
import { runPolicies, type RunOptions } from '../route/run-policies.ts'
import { limitUse } from './no-address.ts'

/** How the requests to a route are limited. */
export type LimitRouteOptions<P extends Policies, Incoming extends Request = Request> = RateLimitOptions<P, Incoming> &
  RunOptions

/**
 * Rate limits in front of a route handler: who has used up a quota is answered 429, all others are told in headers what they
 * have left.
 *
 * ```ts
 * export const POST = limitRoute(redstart, { policies: 'orders', clientAddress: { hops: 1 } }, async (request) => {
 *   return Response.json(await order(await request.json()), { status: 201 })
 * })
 * ```
 *
 * The policies are those of `createRedstart({ policies })`. By the address of who has connected, as with
 * `clientAddress: { hops: 0 }` or `{ proxies: ['10.0.0.0/8'] }`, needs `registerClientAddress()`. What was decided of a
 * request: `rateLimitOf(request)`.
 *
 * @param from an instance, or its `limiter`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that can
 *   never match or is there twice.
 */
export function limitRoute<P extends Policies, Incoming extends Request, Context>(
  from: LimiterSource<P>,
  options: LimitRouteOptions<NoInfer<P>, NoInfer<Incoming>>,
  handler: RouteHandler<Incoming, Context>,
): WrappedRoute<Incoming, Context> {
  const use = limitUse(from, () => limitRequests<P, Incoming>(from, options, RUN_OPTIONS))
  return runPolicies([use], options, handler)
}

const RUN_OPTIONS: readonly string[] = ['onError', ...CONNECTION_OPTIONS]
