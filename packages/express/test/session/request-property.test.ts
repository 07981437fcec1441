import { createRedstart } from '@redstart/core'
import type { ErrorRequestHandler, Request } from 'express'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: req.session`, () => {
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
          app.use('/clash', session(staff, { as: 'staff', cookie: { name: 'shop' } }))
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
      expect((await browser().get('/clash')).body).toContain('req.staff and req.session have the same cookie "shop"')
    })

    it('has a name, and takes what createRedstart returns', async () => {
      const { redstart } = await startApp({ express, routes: () => {} })
      expect(() => session(redstart, { as: '' })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
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
