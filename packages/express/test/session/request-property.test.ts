import { createRedstart } from '@redstart/core'
import type { ErrorRequestHandler, Request } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: req.session`, () => {
    it('has the data as its own properties, and nothing else that can be seen', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          app.post('/cart', (req, res) => {
            req.session.cart = { tea: 1 }
            req.session.note = 'x'
            res.end()
          })
          app.get('/seen', (req, res) => {
            const inherited = []
            for (const key in req.session) inherited.push(key)
            res.json({
              keys: Object.keys(req.session),
              inherited,
              copy: Object.assign({}, req.session),
              has: 'note' in req.session,
            })
          })
        },
      })
      const visitor = browser()
      await visitor.post('/cart')
      const { body } = await visitor.get('/seen')
      expect(JSON.parse(body)).toEqual({
        keys: ['cart', 'note'],
        inherited: ['cart', 'note'],
        copy: { cart: { tea: 1 }, note: 'x' },
        has: true,
      })
    })

    it('keeps changes within its values, and deletions', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          app.post('/begin', (req, res) => {
            Object.assign(req.session, { cart: { tea: 1 }, note: 'x' })
            res.end()
          })
          app.post('/change', (req, res) => {
            if (req.session.cart !== undefined) req.session.cart['milk'] = 2
            delete req.session.note
            res.end()
          })
          app.get('/all', (req, res) => void res.json(req.session))
        },
      })
      const visitor = browser()
      await visitor.post('/begin')
      await visitor.post('/change')
      expect((await visitor.get('/all')).body).toBe('{"cart":{"tea":1,"milk":2}}')
    })

    it('tells what could not be stored, which the client is not told', async () => {
      const { browser, errors } = await startApp({
        express,
        routes: (app) => {
          app.get('/function', (req, res) => {
            Object.assign(req.session, { secret: () => 1 })
            res.end('stored')
          })
        },
      })
      const answer = await browser().get('/function')
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([500, { code: 'UNSUPPORTED_VALUE' }])
      expect(errors).toMatchObject([{ code: 'UNSUPPORTED_VALUE' }])
    })

    it('knows who is signed in', async () => {
      const { browser } = await startApp({ express, routes: usualRoutes })
      const user = browser()
      expect((await user.get('/who')).body).toBe('{}')
      await user.post('/login/ada')
      expect((await user.get('/who')).body).toBe('{"userId":"ada"}')
    })

    it('with load: lazy is a function, and nothing is loaded or said before it is called', async () => {
      const { browser } = await startApp({
        express,
        middleware: { load: 'lazy' },
        routes: (app) => {
          app.get('/plain', (_req, res) => void res.end('plain'))
          app.get('/views', (req, res, next) => {
            countViews(req).then((views) => res.json({ views }), next)
          })
        },
      })
      const visitor = browser()
      const plain = await visitor.get('/plain')
      expect([plain.body, plain.cookies, plain.headers.get('vary')]).toEqual(['plain', [], null])
      expect((await visitor.get('/views')).body).toBe('{"views":1}')
      const second = await visitor.get('/views')
      expect([second.body, second.headers.get('vary')]).toEqual(['{"views":2}', 'Cookie'])
    })

    it('with load: lazy may be loaded when the head has left: what is changed is stored at the end', async () => {
      const { browser } = await startApp({
        express,
        middleware: { load: 'lazy' },
        routes: (app) => {
          app.get('/views', (req, res, next) => {
            countViews(req).then((views) => res.json({ views }), next)
          })
          app.get('/stream', (req, res, next) => {
            res.write('first ')
            countViews(req)
              .then(() => loadSession(req))
              .then((own) => own.login('ada'))
              .catch((error: unknown) => res.end(String(error)))
              .catch(next)
          })
        },
      })
      const visitor = browser()
      await visitor.get('/views')
      const { body, cookies } = await visitor.get('/stream')
      expect([body, cookies]).toEqual([expect.stringContaining('after the head of the response has left'), []])
      await vi.waitFor(async () => expect((await visitor.get('/views')).body).toBe('{"views":3}'), 20_000)
    })

    it('is one of several, each with its own cookie and its own users', async () => {
      const staff = createRedstart({ sessions: { namespace: 'staff' } })
      onTestFinished(async () => await staff.close())
      const { browser } = await startApp({
        express,
        middleware: { cookie: { name: 'shop' } },
        routes: (app, redstart) => {
          app.use('/staff', session(staff, { as: 'staff', cookie: { name: 'staff' } }))
          app.post('/staff/login', (req, res, next) => {
            req.session.note = 'a visitor still'
            sessionOf(req, 'staff')
              .login('grace')
              .then(() => res.end(), next)
          })
          app.get('/staff', (req, res) => {
            res.json([req.session.userId, req.session.note, sessionOf(req, 'staff').userId])
          })
          app.get('/shop', (req, res) => void res.json([req.session.userId, 'staff' in req]))
          app.use('/wrong', session(redstart, { as: 'staff', cookie: { name: 'staff' } }))
          app.use(messages)
        },
      })
      const both = browser()
      const login = await both.post('/staff/login')
      expect(login.cookies.map((cookie) => cookie.split('=', 1)[0]).sort()).toEqual(['shop', 'staff'])
      expect((await both.get('/staff')).body).toBe('[null,"a visitor still","grace"]')
      expect((await both.get('/shop')).body).toBe('[null,false]')
      const swapped = `shop=${both.jar.get('staff')}; staff=${both.jar.get('shop')}`
      expect((await browser().get('/staff', { cookie: swapped })).body).toBe('[null,null,null]')
      expect((await browser().get('/wrong')).body).toContain('req.staff would have the sessions of req.session')
    })

    it('is made with no option that would be ignored', async () => {
      const { redstart } = await startApp({ express, routes: () => {} })
      const wrong: readonly object[] = [
        { secret: 'x' },
        { resave: false },
        { as: '' },
        { load: 'lasy' },
        { cookie: { maxAge: 1000 } },
        { cookie: { httpOnly: false } },
        { cookie: { sameSite: 'loose' } },
        { cookie: null },
      ]
      for (const options of wrong)
        expect(() => session(redstart, options), JSON.stringify(options)).toThrow(
          expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
        )
      // What express-session is given.
      expect(() => session({ secret: 'x' } as never)).toThrow('session() takes what createRedstart() returns')
    })

    it('is there once where the middleware is used twice', async () => {
      const { browser } = await startApp({
        express,
        routes: (app, redstart) => {
          app.use(session(redstart))
          usualRoutes(app)
        },
      })
      const visitor = browser()
      expect((await visitor.get('/views')).cookies).toHaveLength(1)
      expect((await visitor.get('/views')).body).toBe('{"views":2}')
    })

    it('does not take the place of what other middleware put there', async () => {
      const { browser } = await startApp({
        express,
        before: (app) => {
          app.use((req, _res, next) => {
            Object.assign(req, { session: {} })
            next()
          })
        },
        routes: (app) => {
          app.use(messages)
        },
      })
      const { status, body } = await browser().get('/')
      expect([status, body]).toEqual([500, expect.stringContaining('req.session is there already')])
    })
  })
}

const messages: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
  res.status(500).end(String(error))
}

async function countViews(request: Request): Promise<number> {
  const own = await loadSession<{ views: number }>(request)
  own.views = (own.views ?? 0) + 1
  return own.views
}
