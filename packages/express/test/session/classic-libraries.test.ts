import flash from 'connect-flash'
import { csrfSync } from 'csrf-sync'
import type { Express, RequestHandler } from 'express'
import passport from 'passport'
import { Strategy } from 'passport-local'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { formOf, startApp, usualRoutes } from './session-app.ts'

/** Passport as its own documentation has it. */
function passportRoutes(app: Express, login: RequestHandler, { keepSessionInfo }: { keepSessionInfo: boolean }): void {
  const authenticator = new passport.Passport()
  authenticator.use(
    new Strategy((username, password, done) => {
      done(null, password === 'right' ? { id: username } : false)
    }),
  )
  authenticator.serializeUser<string>((user, done) => done(null, user.id))
  authenticator.deserializeUser<string>((id, done) => done(null, id === 'deleted' ? false : { id }))
  app.use(authenticator.session())
  app.post('/begin', (req, res) => {
    req.session.note = "a visitor's"
    req.session.returnTo = '/profile'
    res.end()
  })
  const local: RequestHandler = authenticator.authenticate('local', {
    keepSessionInfo,
    successReturnToOrRedirect: '/home',
    failureRedirect: '/failed',
  })
  app.post('/login', login, local)
  app.post('/logout', (req, res, next) => {
    req.logout({ keepSessionInfo }, (error: unknown) => {
      if (error === undefined || error === null) res.redirect('/')
      else next(error)
    })
  })
  app.get('/me', (req, res) => {
    res.json({ passport: req.user?.id, session: req.session.userId, note: req.session.note, id: req.sessionID })
  })
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  const form = express.urlencoded({ extended: false })

  describe(`${name}: passport with passport-local`, () => {
    const start = async (keepSessionInfo: boolean): ReturnType<typeof startApp> =>
      await startApp({ express, routes: (app) => passportRoutes(app, form, { keepSessionInfo }) })

    it.each([false, true])('signs in and out, with keepSessionInfo: %s', async (keepSessionInfo) => {
      const { browser } = await start(keepSessionInfo)
      const user = browser()
      await user.post('/begin')
      const before = (await user.get('/me')).json()
      expect(before).toMatchObject({ note: "a visitor's" })
      const login = await user.post('/login', { username: 'ada', password: 'right' })
      expect([login.status, login.headers.get('location')]).toEqual([302, keepSessionInfo ? '/profile' : '/home'])
      const me = (await user.get('/me')).json()
      const kept = keepSessionInfo ? { note: "a visitor's" } : {}
      expect(me).toEqual({ passport: 'ada', session: 'ada', ...kept, id: expect.any(String) })
      expect(me['id']).not.toBe(before['id'])
      await user.post('/logout')
      const after = (await user.get('/me')).json()
      expect(after).toEqual({ ...kept, id: expect.any(String) })
      expect([before['id'], me['id']]).not.toContain(after['id'])
    })

    it('the cookie from before a log-in is worth nothing after it', async () => {
      const { browser } = await start(true)
      const victim = browser()
      await victim.post('/begin')
      const attacker = victim.copy()
      await victim.post('/login', { username: 'ada', password: 'right' })
      expect((await attacker.get('/me')).json()).toEqual({ id: expect.any(String) })
      // Nor does what it answers harm the one who has signed in.
      expect(attacker.jar.size).toBe(1)
      expect((await victim.get('/me')).json()).toMatchObject({ passport: 'ada' })
    })

    it('the cookie from before a log-out is worth nothing after it', async () => {
      const { browser } = await start(true)
      const user = browser()
      await user.post('/login', { username: 'ada', password: 'right' })
      const thief = user.copy()
      await user.post('/logout')
      expect((await thief.get('/me')).json()).toEqual({ id: expect.any(String) })
    })

    it('a wrong password signs nobody in', async () => {
      const { browser } = await start(false)
      const user = browser()
      const { cookies, headers } = await user.post('/login', { username: 'ada', password: 'wrong' })
      expect([headers.get('location'), cookies]).toEqual(['/failed', []])
      expect((await user.get('/me')).json()).toEqual({ id: expect.any(String) })
    })

    it("a user's sessions are known, and all of them can be ended", async () => {
      const { browser, redstart } = await start(false)
      const [phone, laptop, other] = [browser(), browser(), browser()]
      for (const own of [phone, laptop]) await own.post('/login', { username: 'ada', password: 'right' })
      await other.post('/login', { username: 'grace', password: 'right' })
      const ids = [phone, laptop].map(async (own) => (await own.get('/me')).json()['id'])
      const listed = await redstart.sessions.user('ada').list()
      expect(listed.map(({ id }) => id).sort()).toEqual((await Promise.all(ids)).map(String).sort())
      expect(await redstart.sessions.user('ada').revokeAll()).toBe(2)
      for (const own of [phone, laptop]) expect((await own.get('/me')).json()).toEqual({ id: expect.any(String) })
      expect((await other.get('/me')).json()).toMatchObject({ passport: 'grace', session: 'grace' })
    })

    it('another log-in is another user, with nothing of the one before but what is kept on purpose', async () => {
      const { browser, redstart } = await start(false)
      const user = browser()
      await user.post('/login', { username: 'ada', password: 'right' })
      await user.post('/begin')
      await user.post('/login', { username: 'grace', password: 'right' })
      expect((await user.get('/me')).json()).toEqual({
        ...{ passport: 'grace', session: 'grace', id: expect.any(String) },
      })
      expect(await redstart.sessions.user('ada').list()).toEqual([])
    })

    it('a user who is no more is signed out', async () => {
      const { browser, redstart } = await start(false)
      const user = browser()
      await user.post('/login', { username: 'deleted', password: 'right' })
      expect(await redstart.sessions.user('deleted').list()).toHaveLength(1)
      expect((await user.get('/me')).json()['passport']).toBeUndefined()
      expect(await redstart.sessions.user('deleted').list()).toEqual([])
    })

    it('a checkbox on the form has the browser remember it', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          passportRoutes(
            app,
            (req, res, next) => {
              form(req, res, (error: unknown) => {
                if (formOf(req)['remember'] === 'yes') req.session.cookie.maxAge = 30 * 86_400_000
                next(error)
              })
            },
            { keepSessionInfo: false },
          )
        },
      })
      const { cookies } = await browser().post('/login', { username: 'ada', password: 'right', remember: 'yes' })
      expect(cookies.at(-1)).toContain('; Max-Age=2592000;')
      const closed = await browser().post('/login', { username: 'ada', password: 'right' })
      expect(closed.cookies.at(-1)).not.toContain('Max-Age')
    })
  })

  it(`${name}: connect-flash shows a message once, after a redirect`, async () => {
    const { browser } = await startApp({
      express,
      routes: (app) => {
        app.use(flash())
        app.post('/order', (req, res) => {
          req.flash('info', 'ordered')
          req.flash('info', 'twice')
          res.redirect('/')
        })
        app.get('/', (req, res) => void res.json(req.flash()))
      },
    })
    const visitor = browser()
    await visitor.post('/order')
    expect((await visitor.get('/')).body).toBe('{"info":["ordered","twice"]}')
    expect((await visitor.get('/')).body).toBe('{}')
  })

  it(`${name}: csrf-sync knows its tokens, and a log-in makes them worthless`, async () => {
    const { browser } = await startApp({
      express,
      before: (app) => app.use(form),
      routes: (app) => {
        const { csrfSynchronisedProtection, generateToken } = csrfSync({
          getTokenFromRequest: (req) => formOf(req)['token'],
        })
        app.get('/form', (req, res) => void res.end(generateToken(req)))
        app.post('/open-login', (req, res, next) => {
          void req.session.regenerate((error) => {
            if (error !== undefined) return next(error)
            req.session.passport = { user: 'ada' }
            res.end()
          })
        })
        app.post('/clear', (req, res, next) => {
          void req.session.regenerate((error) => (error === undefined ? res.redirect('/form') : next(error)))
        })
        app.use(csrfSynchronisedProtection)
        app.post('/order', (_req, res) => void res.end('ordered'))
        usualRoutes(app)
      },
    })
    const user = browser()
    const token = (await user.get('/form')).body
    expect(token).toMatch(/^[0-9a-f]{256}$/)
    expect((await user.post('/order', { token })).body).toBe('ordered')
    expect((await user.post('/order', { token: 'guessed' })).status).toBe(403)
    expect((await browser().post('/order', { token })).status).toBe(403)
    await user.post('/open-login')
    expect((await user.get('/who')).body).toBe('{"userId":"ada"}')
    expect((await user.post('/order', { token })).status).toBe(403)
    const anew = (await user.get('/form')).body
    expect((await user.post('/order', { token: anew })).body).toBe('ordered')
    // Of a form that is shown right after a log-out.
    await user.post('/clear')
    const last = (await user.get('/form')).body
    expect((await user.get('/who')).body).toBe('{}')
    expect((await user.post('/order', { token: anew })).status).toBe(403)
    expect((await user.post('/order', { token: last })).body).toBe('ordered')
  })
}
