import { RedstartError } from '@redstart/core'
import {
  type CacheForOptions,
  type CacheResponseOptions,
  cacheResponses,
  type CacheSource,
  noteLifetime,
  noteTags,
  type PolicyUse,
  type Sooner,
} from '@redstart/core/http'
import type { Context, MiddlewareHandler } from 'hono'
import { CONNECTION_OPTIONS, connectionOf } from './connection.ts'
import { around, type RunOptions } from './run-policies.ts'
import { requestOf } from './served-request.ts'

/** Which answers are cached, for whom, and for how long. */
export type CacheResponseMiddlewareOptions = CacheResponseOptions<Context> & RunOptions

/** A cache, or what gives one for a request: at the edge, bindings come with each one. */
export type CacheOfRequest = CacheSource | ((c: Context) => Sooner<CacheSource>)

/**
 * A response cache for Hono, for all that comes behind it or for one route.
 *
 * ```ts
 * const app = new Hono()
 *   .get('/menu', cacheResponse(redstart, { ttl: '1m', tags: ['menu'] }), menu)
 *   .get('/dishes/:id', cacheResponse(redstart), (c) => {
 *     cacheTags(c, `dish:${c.req.param('id')}`)
 *     return c.json(dish, 200, { 'Cache-Control': 'public, max-age=60' })
 *   })
 * ```
 *
 * It goes in front of what reads sessions, behind compression. What was cached is dropped by
 * `redstart.invalidate({ tags: ['menu'] })`. Away from Node.js, what is stale is refreshed behind the client's back where
 * there is a `dispatch`.
 *
 * @param from an instance, or its `cache`, or a function that gives one of these for a request: where bindings come with
 *   `c.env`, and nothing may connect before the first request.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed; of a function, at the first request.
 */
export function cacheResponse(from: CacheOfRequest, options: CacheResponseMiddlewareOptions = {}): MiddlewareHandler {
  const connection = connectionOf(options)
  const { onError = (error: unknown) => console.error(error), dispatch } = options
  const known = new WeakMap<object, PolicyUse<Context>>()
  const useOf = (source: CacheSource): PolicyUse<Context> => {
    const cache = cacheOf(source)
    const use = known.get(cache) ?? cacheResponses<Context>(source, options, RUN_OPTIONS)
    known.set(cache, use)
    return use
  }
  const run = (uses: readonly PolicyUse<Context>[], c: Context, next: () => Promise<void>): Promise<void> =>
    around({ c, next, uses, connection, dispatch, failed: (error) => onError(error, c) })
  if (typeof from === 'function')
    return async function redstartCacheResponse(c, next) {
      await run([useOf(await from(c))], c, next)
    }
  // What is wrong with it is told at the start.
  const uses = [useOf(from)]
  return function redstartCacheResponse(c, next) {
    return run(uses, c, next)
  }
}

/**
 * Adds tags to what is cached of this request's answer, by which `invalidate({ tags })` drops it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a tag that is not allowed.
 */
export function cacheTags(c: Context, ...tags: readonly string[]): void {
  noteTags(requestOf(c), tags)
}

/**
 * Says how long this request's answer is fresh in the cache, without telling clients; false for not at all.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a duration or tag that is not allowed.
 */
export function cacheFor(c: Context, options: CacheForOptions | false): void {
  noteLifetime(requestOf(c), options)
}

const RUN_OPTIONS: readonly string[] = ['onError', 'dispatch', ...CONNECTION_OPTIONS]

function cacheOf(source: CacheSource): object {
  if (typeof source === 'object' && source !== null) return 'cache' in source ? source.cache : source
  throw new RedstartError('INVALID_ARGUMENT', 'cacheResponse() takes what createRedstart() returns, or its cache')
}
