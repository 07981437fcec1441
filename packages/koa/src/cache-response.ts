import {
  type CacheForOptions,
  type CacheResponseOptions,
  cacheResponses,
  type CacheSource,
  noteLifetime,
  noteTags,
} from '@redstart/core/http'
import type { Context, Middleware } from 'koa'
import { runPolicies, type RunOptions } from './run-policies.ts'

/** Which answers are cached, for whom, and for how long. */
export type CacheResponseMiddlewareOptions = CacheResponseOptions<Context> & RunOptions

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
 * `redstart.invalidate({ tags: ['menu'] })`.
 *
 * @param from an instance, or its `cache`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function cacheResponse(
  from: CacheSource,
  options: CacheResponseMiddlewareOptions = {},
): Middleware<object, object> {
  const use = cacheResponses<Context>(from, options, RUN_OPTIONS)
  const { heldBytes, onError } = options
  return runPolicies([use], {
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
