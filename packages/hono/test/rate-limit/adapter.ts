import { getConnInfo } from '@hono/node-server/conninfo'
import type { Policies } from '@redstart/core'
import { type LimitAdapter, type LimitAppOptions, ruleFor } from '@redstart/testing'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { addressFrom, rateLimit, type RateLimitMiddlewareOptions, rateLimitOf } from '../../src/index.ts'
import { give } from '../hono-app.ts'
import { listen, sendFile } from '../node-adapter.ts'

/** Hono with rate limits on Node.js, as the suite of limits sees it. */
export function limitAdapter(create: () => Hono): LimitAdapter {
  return {
    start: async ({ redstart, everywhere, trustsProxy, routes }) => {
      const connection = { address: addressFrom(getConnInfo), proxies: trustsProxy ? 1 : 0 }
      const limited = (options: LimitAppOptions): MiddlewareHandler =>
        rateLimit(redstart, { ...optionsOf(options), ...connection })
      const app = create()
      if (everywhere !== undefined) app.use('*', limited(everywhere))
      for (const { method, path, limit, handle } of routes) {
        if (limit !== undefined) app.on(method, path, limited(limit))
        app.on(method, path, async (c) => {
          return await give(c, await handle(rateLimitOf(c)?.allowed), sendFile)
        })
      }
      app.onError((error, c) => c.text('', 'status' in error && error.status === 401 ? 401 : 500))
      return await listen(app)
    },
  }
}

function optionsOf({ rules, ...options }: LimitAppOptions): RateLimitMiddlewareOptions<Policies> {
  return { ...options, rules: rules.map((rule) => ruleFor(rule, (c: Context, name) => c.req.header(name))) }
}
