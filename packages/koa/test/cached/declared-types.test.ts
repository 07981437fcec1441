import { Router } from '@koa/router'
import { createRedstart } from '@redstart/core'
import type { Context, DefaultState, ParameterizedContext } from 'koa'
import { expect, it, onTestFinished } from 'vitest'
import { cacheResponse, session, type SessionContext } from '../../src/index.ts'
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

function made() {
  const redstart = createRedstart<Fields>()
  onTestFinished(async () => await redstart.close())
  return redstart
}

it('functions of the options know the context of the application that they are for', () => {
  const redstart = made()
  const app = new koa<DefaultState, OwnContext>()
  app.use(session(redstart))
  app.use(cacheResponse(redstart, { ttl: '1m', user: (ctx: OwnKoaContext) => ctx.menu[0], key: (ctx) => ctx.path }))
  app.use(
    cacheResponse(redstart, {
      ttl: '1m',
      key: (ctx) => {
        // @ts-expect-error there is no such field
        expect(ctx.session.basket).toBeUndefined()
        return ctx.session.plan ?? 'free'
      },
    }),
  )
  const router = new Router<DefaultState, OwnContext>()
  const kept = cacheResponse(redstart, { user: ({ session: { userId } }) => userId })
  router.get('/dishes', kept, (ctx) => {
    ctx.body = ctx.menu
  })
  app.use(router.routes())
  expect(app.middleware.length).toBe(4)
})

it('and so do those of one that says nothing of its context, and of a cache alone', () => {
  const redstart = made()
  const plain = new koa()
  plain.use(cacheResponse(redstart, { skip: (ctx) => ctx.get('x-preview') === '1' }))
  plain.use(cacheResponse(redstart.cache, { tags: (ctx: Context) => [ctx.path] }))
  plain.use(cacheResponse(redstart))
  expect(plain.middleware.length).toBe(3)
})
