import { Router } from '@koa/router'
import { createRedstart, fixedWindow } from '@redstart/core'
import type { Context, DefaultState, ParameterizedContext } from 'koa'
import { expect, it, onTestFinished } from 'vitest'
import { type LazySessionContext, rateLimit, session, type SessionContext } from '../../src/index.ts'
import { loadKoa } from '../koa-versions.ts'

const koa = loadKoa('koa')

interface Fields {
  plan?: 'free' | 'paid'
}

/** As applications extend it. */
interface OwnContext extends SessionContext<Fields> {
  menu: readonly string[]
}

type OwnKoaContext = ParameterizedContext<DefaultState, OwnContext>

const policies = { api: fixedWindow({ limit: 5, window: '1h' }), other: fixedWindow({ limit: 5, window: '1h' }) }

function made() {
  const redstart = createRedstart<Fields, typeof policies>({ policies })
  onTestFinished(async () => await redstart.close())
  return redstart
}

it('functions of a rule know the context of the application that they are for', async () => {
  const redstart = made()
  const app = new koa<DefaultState, OwnContext>()
  app.context.menu = ['ramen']
  app.use(session(redstart))
  app.use(
    rateLimit(redstart, {
      policies: 'api',
      key: (ctx: OwnKoaContext) => ctx.session.userId ?? ctx.menu[0],
      cost: (ctx) => (ctx.session.plan === 'paid' ? 1 : ctx.menu.length),
    }),
  )
  app.use(
    rateLimit(redstart, {
      policies: 'api',
      key: (ctx) => {
        // @ts-expect-error there is no such field
        expect(ctx.session.basket).toBeUndefined()
        return ctx.ip
      },
    }),
  )
  const router = new Router<DefaultState, OwnContext>()
  const limit = rateLimit(redstart, { policies: 'other', key: (ctx) => ctx.ip })
  router.get(
    '/dishes/:id',
    rateLimit(redstart, { policies: 'other', key: (ctx) => ctx.session.plan ?? 'free' }),
    (ctx) => {
      ctx.body = ctx.menu
    },
  )
  router.get('/bills', limit, (ctx) => {
    ctx.body = ctx.menu
  })
  app.use(router.routes()).use(limit)
  expect(app.middleware.length).toBe(5)
})

it('and so do those of one whose middleware is chained, or that says nothing of its context', () => {
  const redstart = made()
  const chained = new koa()
    .use(session(redstart))
    .use(rateLimit(redstart, { policies: 'api', key: ({ session: { userId, plan } }) => userId ?? plan }))
  const plain = new koa()
  plain.use(rateLimit(redstart, { policies: 'api', key: (ctx) => ctx.get('x-account') }))
  plain.use(rateLimit(redstart, { policies: 'api', key: (ctx: Context) => ctx.ip }))
  plain.use(rateLimit(redstart, { policies: 'api', clientAddress: 'framework' }))
  const lazy = new koa<DefaultState, LazySessionContext<Fields>>()
  const key = async (ctx: LazySessionContext<Fields>): Promise<string | undefined> => (await ctx.session()).userId
  lazy.use(rateLimit(redstart, { policies: 'api', key }))
  // @ts-expect-error there is no such policy
  expect(() => rateLimit(redstart, { policies: 'none', key: (ctx) => ctx.ip })).toThrow('"none"')
  expect([chained, plain, lazy].map(({ middleware }) => middleware.length)).toEqual([2, 3, 1])
})
