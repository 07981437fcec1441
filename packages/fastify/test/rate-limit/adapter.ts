import { type LimitAdapter, type LimitAppOptions, type LimitAppRule, ruleFor } from '@redstart/testing'
import type { FastifyRequest } from 'fastify'
import { rateLimit, rateLimitOf } from '../../src/index.ts'
import { type FastifyFactory, give, listen, withFiles } from '../fastify-app.ts'

/** Fastify with rate limits, as the suite of limits sees it. */
export function limitAdapter(fastify: FastifyFactory): LimitAdapter {
  return {
    start: async ({ redstart, everywhere, trustsProxy, routes }) => {
      const app = fastify({ trustProxy: trustsProxy ? '127.0.0.1' : false })
      await app.register(rateLimit, { redstart, ...optionsOf(everywhere) })
      await withFiles(app)
      for (const { method, path: url, limit, handle } of routes)
        app.route({
          method,
          url,
          ...(limit !== undefined && { config: { rateLimit: { rules: rulesOf(limit.rules) } } }),
          handler: async (request, reply) => give(reply, await handle(rateLimitOf(request)?.allowed)),
        })
      return await listen(app)
    },
  }
}

function rulesOf(rules: readonly LimitAppRule[]) {
  return rules.map((rule) =>
    ruleFor(rule, (request: FastifyRequest, name) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    }),
  )
}

function optionsOf(options: LimitAppOptions | undefined) {
  if (options === undefined) return {}
  const { rules, ...limiting } = options
  return { ...limiting, rules: rulesOf(rules) }
}
