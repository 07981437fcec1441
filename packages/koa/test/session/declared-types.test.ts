import { Router } from '@koa/router'
import { createRedstart } from '@redstart/core'
import type { DefaultState } from 'koa'
import { expect, it, onTestFinished } from 'vitest'
import { type LazySessionContext, refuseCrossSite, session, type SessionContext } from '../../src/index.ts'
import { listen } from '../koa-app.ts'
import { loadKoa } from '../koa-versions.ts'
import { Browser, type Fields } from './session-app.ts'

const koa = loadKoa('koa')

interface OwnState {
  user?: { readonly name: string }
}

/** As applications extend it. */
interface OwnContext extends SessionContext<Fields> {
  menu: readonly string[]
}

it('an application and its routers may say in their types that there are sessions', async () => {
  const redstart = createRedstart<Fields>()
  onTestFinished(async () => await redstart.close())
  const app = new koa<OwnState, OwnContext>()
  app.context.menu = ['ramen']
  app.use(refuseCrossSite())
  app.use(session(redstart))
  app.use(async (ctx, next) => {
    ctx.state.user = { name: ctx.session.userId ?? 'nobody' }
    await next()
  })
  const router = new Router<OwnState, OwnContext>()
  router.get('/dishes/:id', (ctx) => {
    ctx.session.views = (ctx.session.views ?? 0) + 1
    // @ts-expect-error there is no such field
    expect(ctx.session.basket).toBeUndefined()
    ctx.body = [ctx.params['id'], ctx.state.user?.name, ctx.menu, ctx.session.views]
  })
  app.use(router.routes()).use(router.allowedMethods())
  const { port, close } = await listen(app)
  onTestFinished(close)
  const visitor = new Browser(port)
  for (const views of [1, 2])
    expect(JSON.parse((await visitor.ask('/dishes/7')).body)).toEqual(['7', 'nobody', ['ramen'], views])
})

it('a session that is loaded lazily has a type of its own', () => {
  const redstart = createRedstart<Fields>()
  onTestFinished(async () => await redstart.close())
  const app = new koa<DefaultState, LazySessionContext<Fields>>()
  app.use(session(redstart, { load: 'lazy' }))
  app.use(async (ctx) => {
    const { views } = await ctx.session()
    const known: number | undefined = views
    ctx.body = known
  })
  expect(app.middleware).toHaveLength(2)
})
