import { type Decision, type Policies, RedstartError } from '@redstart/core'
import {
  type LimiterSource,
  limitRequests,
  type PolicyUse,
  rateLimitOf,
  type RateLimitOptions,
  type Sooner,
} from '@redstart/core/http'
import type { Context, MiddlewareHandler } from 'hono'
import { CONNECTION_OPTIONS, connectionOf } from './connection.ts'
import { around, type RunOptions } from './run-policies.ts'

/** How requests are limited. */
export type RateLimitMiddlewareOptions<P extends Policies> = RateLimitOptions<P, Context> & Omit<RunOptions, 'dispatch'>

/** What `c.get` and `c.var` have behind `rateLimit()`: what was decided, where a rule counted. */
export interface RateLimitEnv {
  Variables: { rateLimit: Decision | undefined }
}

/** A limiter, or what gives one for a request: at the edge, bindings come with each one. */
export type LimiterOfRequest<P extends Policies> = LimiterSource<P> | ((c: Context) => Sooner<LimiterSource<P>>)

/**
 * Rate limits for Hono, for all that comes behind it or for one route: who has used up a quota is answered 429, all others
 * are told in headers what they have left.
 *
 * ```ts
 * const app = new Hono()
 *   .use(rateLimit(redstart, { policies: 'api', clientAddress: 'framework', address: addressFrom(getConnInfo) }))
 *   .post('/orders', rateLimit(redstart, { policies: 'orders', key: (c) => c.var.session.userId }), order)
 * ```
 *
 * The policies are those of `createRedstart({ policies })`. `clientAddress: 'framework'` is what `address` and `proxies` say.
 * What was decided of a request: `c.var.rateLimit`.
 *
 * @param from an instance, or its `limiter`, or a function that gives one of these for a request: where bindings come with
 *   `c.env`, and nothing may connect before the first request.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that can
 *   never match or is there twice; of a function, at the first request.
 */
export function rateLimit<P extends Policies>(
  from: LimiterOfRequest<P>,
  options: RateLimitMiddlewareOptions<NoInfer<P>>,
): MiddlewareHandler<RateLimitEnv> {
  const connection = connectionOf(options)
  const { onError = (error: unknown) => console.error(error) } = options
  const known = new WeakMap<object, PolicyUse<Context>>()
  const useOf = (source: LimiterSource<P>): PolicyUse<Context> => {
    const limiter = limiterOf(source)
    const use = known.get(limiter) ?? limitRequests<P, Context>(source, options, RUN_OPTIONS)
    known.set(limiter, use)
    return use
  }
  // What is wrong with it is told at the start.
  if (typeof from !== 'function') useOf(from)
  return async function redstartRateLimit(c, next) {
    const use = useOf(typeof from === 'function' ? await from(c) : from)
    const goOn = async (): Promise<void> => {
      c.set('rateLimit', rateLimitOf(c))
      await next()
    }
    await around({ c, next: goOn, uses: [use], connection, failed: (error) => onError(error, c) })
  }
}

const RUN_OPTIONS: readonly string[] = ['onError', ...CONNECTION_OPTIONS]

function limiterOf<P extends Policies>(source: LimiterSource<P>): object {
  if (typeof source === 'object' && source !== null) return 'limiter' in source ? source.limiter : source
  throw new RedstartError('INVALID_ARGUMENT', 'rateLimit() takes what createRedstart() returns, or its limiter')
}
