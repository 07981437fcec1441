import type { Policies } from '@redstart/core'
import { type LimitAdapter, type LimitAppOptions, ruleFor } from '@redstart/testing'
import type { Context } from 'koa'
import { rateLimit, type RateLimitMiddlewareOptions, rateLimitOf } from '../../src/index.ts'
import { give, listen } from '../koa-app.ts'
import type { KoaClass } from '../koa-versions.ts'

/** Koa with rate limits, as the suite of limits sees it. */
export function limitAdapter(koa: KoaClass): LimitAdapter {
  return {
    start: async ({ redstart, everywhere, trustsProxy, routes }) => {
      const app = new koa({ proxy: trustsProxy, maxIpsCount: 1 })
      app.silent = true
      if (everywhere !== undefined) app.use(rateLimit(redstart, optionsOf(everywhere)))
      const limits = new Map(
        routes.map((route) => [route, route.limit && rateLimit(redstart, optionsOf(route.limit))] as const),
      )
      app.use(async (ctx, next) => {
        const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
        const route = routes.find((one) => one.path === ctx.path && one.method === method)
        if (route === undefined) return void (await next())
        const handler = async (): Promise<void> => await give(ctx, await route.handle(rateLimitOf(ctx)?.allowed))
        const limit = limits.get(route)
        await (limit === undefined ? handler() : limit(ctx, handler))
      })
      return await listen(app)
    },
  }
}

function optionsOf({ rules, ...options }: LimitAppOptions): RateLimitMiddlewareOptions<Policies> {
  return { ...options, rules: rules.map((rule) => ruleFor(rule, (ctx: Context, name) => ctx.get(name) || undefined)) }
}
