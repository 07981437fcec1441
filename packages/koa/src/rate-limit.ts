import type { Policies, SessionData, Sessions } from '@redstart/core'
import { type LimiterSource, limitRequests, type PolicyUse, type RateLimitOptions } from '@redstart/core/http'
import type { Context, DefaultContext, DefaultState, Middleware, ParameterizedContext } from 'koa'
import { runPolicies, type RunOptions } from './run-policies.ts'
import type { SessionContext } from './session-context.ts'

/** How requests are limited; functions are given the context, which may be of a type of the application's own. */
export type RateLimitMiddlewareOptions<P extends Policies, OwnContext = Context> = RateLimitOptions<P, OwnContext> &
  RunOptions

/**
 * Rate limits for Koa, for all that comes behind it or for one route: who has used up a quota is answered 429, all others are
 * told in headers what they have left.
 *
 * ```ts
 * const app = new Koa({ proxy: true, maxIpsCount: 1 })
 * app.use(rateLimit(redstart, { policies: 'api', clientAddress: 'framework' }))
 * router.post('/orders', rateLimit(redstart, { policies: 'orders', key: (ctx) => ctx.session.userId }), order)
 * ```
 *
 * The policies are those of `createRedstart({ policies })`. `clientAddress: 'framework'` is `ctx.ip`, by the settings of the
 * application. Functions know `ctx.session` of the instance, and what else their parameter is said to be:
 * `(ctx: ParameterizedContext<DefaultState, AppContext>) => ctx.tenant`. What was decided of a request: `rateLimitOf(ctx)`.
 *
 * @param from an instance, or its `limiter`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that can
 *   never match or is there twice.
 */
export function rateLimit<
  P extends Policies,
  Data extends object = SessionData,
  OwnContext extends object = ParameterizedContext<DefaultState, DefaultContext & SessionContext<Data>>,
>(
  from: LimiterSource<P> & { readonly sessions?: Sessions<Data> },
  options: RateLimitMiddlewareOptions<NoInfer<P>, OwnContext>,
): Middleware<object, object> {
  const use = limitRequests<P, OwnContext>(from, options, RUN_OPTIONS)
  const { heldBytes, onError } = options
  // What an application says of its context is there when its middleware runs.
  return runPolicies([use as PolicyUse<object>], {
    ...(heldBytes !== undefined && { heldBytes }),
    ...(onError !== undefined && { onError }),
  })
}

const RUN_OPTIONS: readonly string[] = ['heldBytes', 'onError']
