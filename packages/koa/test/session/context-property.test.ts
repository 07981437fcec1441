import { createRedstart, type Session } from '@redstart/core'
import type Koa from 'koa'
import koaSession from 'koa-session'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { ENDS, loadKoa } from '../koa-versions.ts'
import { type Fields, startApp } from './session-app.ts'

for (const name of ENDS) {
  const koa = loadKoa(name)

  describe(`${name}: ctx.session`, () => {
    it('has the data as its own properties, and nothing else that can be seen', async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) =>
          app.use(session(redstart)).use((ctx) => {
            if (ctx.method === 'POST') Object.assign(ctx.session, { cart: { tea: 1 }, note: 'x' })
            if (ctx.session.cart !== undefined) ctx.session.cart['milk'] = 2
            const inherited: string[] = []
            for (const key in ctx.session) inherited.push(key)
            ctx.body = { keys: Object.keys(ctx.session), inherited, copy: Object.assign({}, ctx.session) }
          }),
      })
      const visitor = browser()
      await visitor.ask('/', { method: 'POST' })
      const all = {
        keys: ['cart', 'note'],
        inherited: ['cart', 'note'],
        copy: { cart: { tea: 1, milk: 2 }, note: 'x' },
      }
      expect(JSON.parse((await visitor.ask('/')).body)).toEqual(all)
    })

    it('stores what middleware in front of it changes after the handler', async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) => {
          app.use(async (ctx, next) => {
            await next()
            sessionOf<Fields>(ctx).note = 'from the front'
          })
          app.use(session(redstart)).use((ctx) => {
            ctx.body = { note: ctx.session.note ?? null }
          })
        },
      })
      const visitor = browser()
      expect((await visitor.ask('/')).body).toBe('{"note":null}')
      expect((await visitor.ask('/')).body).toBe('{"note":"from the front"}')
    })

    it.each<[string, (ctx: Koa.Context) => unknown]>([
      ['set to null', (ctx) => (ctx['session'] = null)],
      ['set to undefined', (ctx) => (ctx['session'] = undefined)],
      ['deleted', (ctx) => delete ctx['session']],
    ])('%s ends, and its cookie is cleared', async (_how, unset) => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) =>
          app.use(session(redstart)).use(async (ctx) => {
            if (ctx.path === '/in') await ctx.session.login('ada')
            if (ctx.path === '/out') unset(ctx)
            ctx.body = { userId: Reflect.get(ctx, 'session')?.userId }
          }),
      })
      const user = browser()
      expect((await user.ask('/in')).body).toBe('{"userId":"ada"}')
      const thief = user.copy()
      const { body, cookies } = await user.ask('/out')
      expect([body, cookies]).toEqual(['{}', [expect.stringMatching(/^sid=; Max-Age=0/)]])
      expect((await thief.ask('/')).body).toBe('{}')
    })

    it('is not replaced by another object, which koa-session allows', async () => {
      const { browser, errors } = await startApp({
        koa,
        routes: (app, redstart) =>
          app.use(session(redstart)).use((ctx) => {
            Reflect.set(ctx, 'session', ctx.session)
            Reflect.set(ctx, 'session', { userId: 'admin' })
          }),
      })
      expect((await browser().ask('/')).status).toBe(500)
      expect(errors).toMatchObject([{ message: expect.stringContaining('ctx.session is not replaced') }])
    })

    it('is refused beside the one of koa-session', async () => {
      const { browser, errors } = await startApp({
        koa,
        routes: (app, redstart) => {
          app.keys = ['secret']
          // It takes any application, whatever it says of its type.
          app.use(koaSession({}, app as unknown as Parameters<typeof koaSession>[1]))
          app.use(session(redstart))
        },
      })
      expect((await browser().ask('/')).status).toBe(500)
      expect(errors).toMatchObject([{ code: 'INVALID_ARGUMENT', message: /ctx\.session is there already/ }])
    })

    it('is there once for the same sessions, and twice for two kinds', async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) => {
          const staff = createRedstart<Fields>({ sessions: { namespace: 'staff' } })
          onTestFinished(async () => await staff.close())
          app.use(session(staff, { as: 'staff', cookie: { name: 'staff' } }))
          app.use(session(redstart))
          app.use(session(redstart)).use(async (ctx) => {
            if (ctx.path === '/in') {
              await ctx.session.login('ada')
              await sessionOf<Fields>(ctx, 'staff').login('bob')
            }
            ctx.body = { ctx: ctx.session.userId, staff: sessionOf(ctx, 'staff').userId }
          })
        },
      })
      const user = browser()
      const { cookies } = await user.ask('/in')
      expect([...cookies].map((cookie) => cookie.split('=')[0]).sort()).toEqual(['sid', 'staff'])
      expect((await user.ask('/')).body).toBe('{"ctx":"ada","staff":"bob"}')
    })

    it('is loaded when it is asked for, with load: lazy', async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) =>
          app.use(session(redstart, { load: 'lazy' })).use(async (ctx) => {
            ctx.body = 'plain'
            if (ctx.path === '/plain') return
            const loaded = await ctx.session()
            loaded.views = (loaded.views ?? 0) + 1
            const same = (await loadSession<Fields>(ctx)) === loaded
            ctx.body = { views: loaded.views, same }
          }),
      })
      const visitor = browser()
      for (const views of [1, 2]) expect((await visitor.ask('/')).body).toBe(`{"views":${views},"same":true}`)
      expect((await visitor.ask('/plain')).headers['vary']).toBeUndefined()
      expect((await visitor.ask('/')).headers['vary']).toBe('Cookie')
    })

    it('is an error to ask for where there is none', () => {
      expect(() => sessionOf({})).toThrow('the context has no session: is session(redstart) used before')
    })
  })

  describe(`${name}: beside what Koa does`, () => {
    it("cookies of Koa's own leave with ours, of an error's answer too", async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) => {
          app.keys = ['secret']
          app.use(session(redstart)).use(async (ctx) => {
            ctx.cookies.set('theme', 'dark', { signed: true })
            await ctx.session.login('ada')
            if (ctx.path === '/throws') ctx.throw(418, 'a teapot')
            ctx.redirect('/')
          })
        },
      })
      const names = async (path: string): Promise<unknown> => {
        const { status, cookies } = await browser().ask(path)
        return [status, cookies.map((cookie) => cookie.split('=')[0]).sort()]
      }
      expect(await names('/')).toEqual([302, ['sid', 'theme', 'theme.sig']])
      // Koa takes away what a handler set, and the log-in stands.
      expect(await names('/throws')).toEqual([418, ['sid']])
    })

    it('an error that asks for a log-in is answered with its status, and says nothing more', async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) => app.use(session(redstart)).use((ctx) => void ctx.session.requireUser()),
      })
      expect(await browser().ask('/')).toMatchObject({ status: 401, body: 'Unauthorized' })
    })

    it('a handler may take the response over, and what it stores is stored before its first byte', async () => {
      const { browser } = await startApp({
        koa,
        routes: (app, redstart) =>
          app.use(session(redstart)).use((ctx) => {
            ctx.session.views = (ctx.session.views ?? 0) + 1
            ctx.respond = false
            ctx.res.writeHead(200, { 'content-type': 'text/event-stream' })
            ctx.res.write('data: first\n\n')
            ctx.res.end(`data: ${ctx.session.views}\n\n`)
          }),
      })
      const visitor = browser()
      for (const views of [1, 2]) {
        const { status, body } = await visitor.ask('/')
        expect([status, body]).toEqual([200, `data: first\n\ndata: ${views}\n\n`])
      }
    })
  })
}

describe('types', () => {
  it('of data come from the instance', () => {
    const redstart = createRedstart<Fields>()
    onTestFinished(async () => await redstart.close())
    const read = (own: Session<Fields>): number | undefined => own.views
    const app = new (loadKoa('koa'))().use(session(redstart))
    app.use((ctx) => {
      expect.unreachable(String(read(ctx.session)))
      // @ts-expect-error a number is no text
      ctx.session.note = 1
      // @ts-expect-error nothing but null takes its place
      ctx.session = { views: 1 }
      ctx.session = null
    })
    expect(app.middleware).toHaveLength(2)
  })
})
