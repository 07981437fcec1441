import type { SessionData, Sessions } from '@redstart/core'
import {
  type CacheForOptions,
  type CacheResponseOptions,
  cacheResponses,
  type CacheSource,
  noteLifetime,
  noteTags,
  type PolicyUse,
} from '@redstart/core/http'
import type { Context, DefaultContext, DefaultState, Middleware, ParameterizedContext } from 'koa'
import { runPolicies, type RunOptions } from './run-policies.ts'
import type { SessionContext } from './session-context.ts'

/**
 * Which answers are cached, for whom, and for how long; functions are given the context, which may be of a type of the
 * application's own.
 */
export type CacheResponseMiddlewareOptions<OwnContext = Context> = CacheResponseOptions<OwnContext> & RunOptions

/**
 * A response cache for Koa, for all that comes behind it or for one route.
 *
 * ```ts
 * router.get('/menu', cacheResponse(redstart, { ttl: '1m', tags: ['menu'] }), menu)
 * app.use(cacheResponse(redstart))
 * router.get('/dishes/:id', (ctx) => {
 *   cacheTags(ctx, `dish:${ctx.params.id}`)
 *   ctx.set('Cache-Control', 'public, max-age=60')
 *   ctx.body = dish
 * })
 * ```
 *
 * It goes in front of what reads sessions, behind compression. What was cached is dropped by
 * `redstart.invalidate({ tags: ['menu'] })`. Functions know `ctx.session` of the instance, and what else their parameter is
 * said to be: `user: (ctx: ParameterizedContext<AppState, AppContext>) => ctx.state.tenant`.
 *
 * @param from an instance, or its `cache`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function cacheResponse<
  Data extends object = SessionData,
  OwnContext extends object = ParameterizedContext<DefaultState, DefaultContext & SessionContext<Data>>,
>(
  from: CacheSource & { readonly sessions?: Sessions<Data> },
  options: CacheResponseMiddlewareOptions<OwnContext> = {},
): Middleware<object, object> {
  const use = cacheResponses<OwnContext>(from, options, RUN_OPTIONS)
  const { heldBytes, onError } = options
  // What an application says of its context is there when its middleware runs.
  return runPolicies([use as PolicyUse<object>], {
    ...(heldBytes !== undefined && { heldBytes }),
    ...(onError !== undefined && { onError }),
  })
}

/**
 * Adds tags to what is cached of this request's answer, by which `invalidate({ tags })` drops it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a tag that is not allowed.
 */
export function cacheTags(ctx: Pick<Context, 'req'>, ...tags: readonly string[]): void {
  noteTags(ctx.req, tags)
}

/**
 * Says how long this request's answer is fresh in the cache, without telling clients; false for not at all.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a duration or tag that is not allowed.
 */
export function cacheFor(ctx: Pick<Context, 'req'>, options: CacheForOptions | false): void {
  noteLifetime(ctx.req, options)
}

const RUN_OPTIONS: readonly string[] = ['heldBytes', 'onError']
