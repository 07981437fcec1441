import { RedstartError } from '@redstart/core'
import {
  type CacheForOptions,
  type CacheResponseOptions,
  cacheResponses,
  type CacheSource,
  noteLifetime,
  noteTags,
} from '@redstart/core/http'
import type { PolicyUse } from '@redstart/core/node-http'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { policiesHook, type RunOptions } from './run-policies.ts'

/** When the cache is asked: behind the hooks that say who asks, or in front of all that come later. */
export type CacheResponseHook = 'onRequest' | 'preHandler'

/** What a route says of its answers, in place of what the plugin was registered with: `false` for not cached. */
export type CacheResponseRouteConfig = false | CacheResponseOptions<FastifyRequest>

/** Which answers are cached, of all routes that say nothing else. */
export interface CacheResponsePluginOptions extends CacheResponseOptions<FastifyRequest>, RunOptions {
  /** What `createRedstart()` returned, or its cache. */
  readonly redstart: CacheSource
  /** @default 'preHandler' */
  readonly hook?: CacheResponseHook
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is cached of this route: `false` for nothing. @default as `cacheResponse` was registered */
    cache?: CacheResponseRouteConfig
  }
}

/**
 * A response cache for Fastify, for all routes of a scope.
 *
 * ```ts
 * await app.register(cacheResponse, { redstart })
 * app.get('/menu', { config: { cache: { ttl: '1m', tags: ['menu'] } } }, menu)
 * app.get('/dishes/:id', async (request, reply) => {
 *   cacheTags(request, `dish:${request.params.id}`)
 *   reply.header('Cache-Control', 'public, max-age=60')
 *   return dish
 * })
 * ```
 *
 * What was cached is dropped by `redstart.invalidate({ tags: ['menu'] })`.
 *
 * Rejects with RedstartError `INVALID_ARGUMENT` for an option that is not allowed, and so does a route with such a config.
 */
export const cacheResponse: FastifyPluginAsync<CacheResponsePluginOptions> = fastifyPlugin(
  async (fastify: FastifyInstance, options: CacheResponsePluginOptions): Promise<void> => {
    const { redstart, hook = 'preHandler', heldBytes, onError, ...own } = options
    if (hook !== 'onRequest' && hook !== 'preHandler')
      throw new RedstartError(
        'INVALID_ARGUMENT',
        "the option hook is not allowed; expected 'onRequest' or 'preHandler'",
      )
    const all = [cacheResponses<FastifyRequest>(redstart, own)]
    const ofRoutes = new WeakMap<object, readonly PolicyUse<FastifyRequest>[]>()
    fastify.addHook('onRoute', ({ config, url }) => {
      const said: unknown = config?.cache
      if (said === undefined || said === false) return
      if (typeof said !== 'object' || said === null)
        throw new RedstartError(
          'INVALID_ARGUMENT',
          `the route ${url} has ${typeof said} in config.cache; expected false, or options such as { ttl: '1m' }`,
        )
      // Checked as any other options are; what it does not say the plugin was told.
      ofRoutes.set(said, [cacheResponses<FastifyRequest>(redstart, { ...own, ...(said as typeof own) })])
    })
    const run = { ...(heldBytes !== undefined && { heldBytes }), ...(onError !== undefined && { onError }) }
    fastify.addHook(
      hook,
      policiesHook((request) => {
        const said = request.routeOptions.config.cache
        if (said === undefined) return request.is404 ? undefined : all
        return said === false ? undefined : ofRoutes.get(said)
      }, run),
    )
  },
  { fastify: '5.x', name: '@redstart/fastify/cache-response' },
)

/**
 * Adds tags to what is cached of this request's answer, by which `invalidate({ tags })` drops it.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a tag that is not allowed.
 */
export function cacheTags(request: Pick<FastifyRequest, 'raw'>, ...tags: readonly string[]): void {
  noteTags(request.raw, tags)
}

/**
 * Says how long this request's answer is fresh in the cache, without telling clients; false for not at all.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for a duration or tag that is not allowed.
 */
export function cacheFor(request: Pick<FastifyRequest, 'raw'>, options: CacheForOptions | false): void {
  noteLifetime(request.raw, options)
}
