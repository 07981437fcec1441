import type { KeptFields, SessionAdapter, SessionTurn } from '@redstart/testing'
import type { Context } from 'koa'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { give, listen } from '../koa-app.ts'
import type { KoaClass } from '../koa-versions.ts'

/** Koa with sessions, as the suite of sessions sees it. */
export function sessionAdapter(koa: KoaClass): SessionAdapter {
  return {
    settlesErrors: true,
    howToTrust: 'make the application with new Koa({ proxy: true, maxIpsCount: 1 })',
    start: async ({ redstart, options, trustsProxy, routes }) => {
      const app = new koa({ proxy: trustsProxy })
      app.silent = true
      app.use(session(redstart, options))
      app.use(async (ctx, next) => {
        const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
        const route = routes.find((one) => one.path === ctx.path && one.method === method)
        if (route === undefined) return void (await next())
        await give(ctx, await route.handle(turnOf(ctx)))
      })
      return await listen(app)
    },
  }
}

function turnOf(ctx: Context): SessionTurn {
  return {
    method: ctx.method,
    query: new URLSearchParams(ctx.querystring),
    header: (name) => ctx.get(name) || undefined,
    get session() {
      return sessionOf<KeptFields>(ctx)
    },
    load: async () => await loadSession<KeptFields>(ctx),
    unset: () => {
      ctx['session'] = null
    },
  }
}
