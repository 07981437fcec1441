import type { Policies } from '@redstart/core'
import { type LimiterSource, limitRequests, type RateLimitOptions } from '@redstart/core/http'
import type { Request, RequestHandler } from 'express'
import { runPolicies, type RunOptions } from './run-policies.ts'

/** How requests are limited. */
export type RateLimitMiddlewareOptions<P extends Policies> = RateLimitOptions<P, Request> & RunOptions

/**
 * Rate limits for Express, for all that comes behind it or for one route: who has used up a quota is answered 429, all others
 * are told in headers what they have left.
 *
 * ```ts
 * app.set('trust proxy', 1)
 * app.use(rateLimit(redstart, { policies: 'api', clientAddress: 'framework' }))
 * app.post('/orders', rateLimit(redstart, { policies: 'orders', key: (req) => req.session.userId }), order)
 * ```
 *
 * The policies are those of `createRedstart({ policies })`. `clientAddress: 'framework'` is `req.ip`, by the setting
 * `trust proxy`. What was decided of a request: `rateLimitOf(req)`.
 *
 * @param from an instance, or its `limiter`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that can
 *   never match or is there twice.
 */
export function rateLimit<P extends Policies>(
  from: LimiterSource<P>,
  options: RateLimitMiddlewareOptions<NoInfer<P>>,
): RequestHandler {
  const use = limitRequests<P, Request>(from, options, RUN_OPTIONS)
  const { heldBytes, onError } = options
  return runPolicies([use], {
    ...(heldBytes !== undefined && { heldBytes }),
    ...(onError !== undefined && { onError }),
  })
}

const RUN_OPTIONS: readonly string[] = ['heldBytes', 'onError']
