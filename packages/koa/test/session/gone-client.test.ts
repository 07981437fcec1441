import { once } from 'node:events'
import { get } from 'node:http'
import { createRedstart, type Session } from '@redstart/core'
import type { Context } from 'koa'
import { describe, expect, it, vi } from 'vitest'
import { session, sessionOf } from '../../src/index.ts'
import { listen } from '../koa-app.ts'
import { BETWEEN, ENDS, loadKoa } from '../koa-versions.ts'

interface Fields {
  views: number
}

describe.each([...ENDS, ...BETWEEN])('%s: a client that leaves before the answer', (name) => {
  const Koa = loadKoa(name)

  it.each([
    ['changes it', (ctx: Context) => void (sessionOf<Fields>(ctx).views = 2), 2],
    ['ends it', (ctx: Context) => void Object.assign(ctx, { session: null }), undefined],
    ['changes it and throws what the client did wrong', changesAndThrows, 2],
  ])('has its session stored where the handler %s', async (_what, handle, views) => {
    const redstart = createRedstart<Fields>()
    const { cookie } = await redstart.sessions.create({ userId: 1, data: { views: 1 } })
    const app = new Koa()
    app.silent = true
    app.use(session(redstart)).use(async (ctx) => {
      request.destroy()
      await once(ctx.req.socket, 'close')
      ctx.body = 'late'
      handle(ctx)
    })
    const { port, close } = await listen(app)
    const headers = { cookie: `sid=${cookie.value}` }
    const request = get({ host: '127.0.0.1', port, agent: false, headers }).on('error', () => {})
    try {
      const stored = async (): Promise<Session<Fields> | undefined> => await redstart.sessions.get(cookie.value)
      await vi.waitFor(async () => expect((await stored())?.views).toBe(views), { timeout: 10_000, interval: 10 })
    } finally {
      await close()
      await redstart.close()
    }
  })
})

function changesAndThrows(ctx: Context): void {
  sessionOf<Fields>(ctx).views = 2
  ctx.throw(409)
}
