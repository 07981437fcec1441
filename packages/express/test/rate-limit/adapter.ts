import type { Policies } from '@redstart/core'
import { type LimitAdapter, type LimitAppOptions, ruleFor } from '@redstart/testing'
import type { Request, RequestHandler } from 'express'
import { rateLimit, type RateLimitMiddlewareOptions, rateLimitOf } from '../../src/index.ts'
import { type ExpressFactory, give, listen } from '../express-app.ts'

/** Express with rate limits, as the suite of limits sees it. */
export function limitAdapter(express: ExpressFactory): LimitAdapter {
  return {
    start: async ({ redstart, everywhere, trustsProxy, routes }) => {
      const app = express()
      app.set('env', 'test')
      app.set('trust proxy', trustsProxy ? 1 : false)
      if (everywhere !== undefined) app.use(rateLimit(redstart, optionsOf(everywhere)))
      for (const { method, path, limit, handle } of routes) {
        const handler: RequestHandler = (request, response, next) => {
          handle(rateLimitOf(request)?.allowed)
            .then(async (answer) => await give(response, answer))
            .catch(next)
        }
        const handlers = [...(limit === undefined ? [] : [rateLimit(redstart, optionsOf(limit))]), handler]
        if (method === 'GET') app.get(path, handlers)
        else app.post(path, handlers)
      }
      return await listen(app)
    },
  }
}

function optionsOf({ rules, ...options }: LimitAppOptions): RateLimitMiddlewareOptions<Policies> {
  return { ...options, rules: rules.map((rule) => ruleFor(rule, (request: Request, name) => request.get(name))) }
}
