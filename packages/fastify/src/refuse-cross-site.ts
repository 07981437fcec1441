import { crossSitePolicy, type CrossSiteOptions } from '@redstart/core/http'
import { usePolicy } from '@redstart/core/node-http'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { policiesHook } from './run-policies.ts'

/**
 * A plugin that answers 403 to requests that change something and come from a page of another origin, as browsers say it:
 * the first defence against request forgery, before tokens. See `crossSitePolicy`.
 *
 * Throws RedstartError `INVALID_ARGUMENT` for what is no origin.
 */
export const refuseCrossSite: FastifyPluginAsync<CrossSiteOptions> = fastifyPlugin(
  async (fastify: FastifyInstance, options: CrossSiteOptions): Promise<void> => {
    const uses = [usePolicy<undefined, FastifyRequest>(crossSitePolicy(options))]
    fastify.addHook(
      'onRequest',
      policiesHook(() => uses, {}),
    )
  },
  { fastify: '5.x', name: '@redstart/fastify/refuse-cross-site' },
)
