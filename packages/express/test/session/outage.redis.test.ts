import { setTimeout } from 'node:timers/promises'
import { type FaultProxy, type RedisServer, startRedis } from '@redstart/testing'
import type { ErrorRequestHandler, Express } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadSession } from '../../src/index.ts'
import { EXPRESSES, type ExpressFactory, loadExpress } from '../express-app.ts'
import type { Browser } from './browser.ts'
import { proxyTo, startRedisApp } from './redis-app.ts'
import { type SessionApp, type SessionAppParts, usualRoutes } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

interface CutApp extends SessionApp {
  readonly proxy: FaultProxy
  /** Without the proxy: what Redis itself says. */
  readonly direct: SessionApp
}

/** An application whose way to Redis can be cut, and another one, of the same sessions, whose way cannot. */
async function cutApp(
  express: ExpressFactory,
  routes: (app: Express, proxy: FaultProxy) => void,
  unavailable: 'throw' | 'anonymous' = 'throw',
  middleware: SessionAppParts['middleware'] = {},
): Promise<CutApp> {
  const proxy = await proxyTo(server)
  const shared = { app: proxy.url.replaceAll(/\W/g, '-') }
  const direct = await startRedisApp({ express, url: server.url, redstart: shared, routes: usualRoutes })
  const app = await startRedisApp({
    express,
    url: proxy.url,
    redstart: { ...shared, deadline: '2s', sessions: { unavailable } },
    middleware,
    routes: (own) => {
      usualRoutes(own)
      routes(own, proxy)
    },
  })
  return { ...app, proxy, direct }
}

/** Redis is gone from here on: connections break, and new ones as well. */
function cut(proxy: FaultProxy): void {
  proxy.set({ reset: true })
}

/** What another application says of the same cookies. */
async function isSignedIn(direct: SessionApp, user: Browser): Promise<boolean> {
  const other = direct.browser()
  for (const [name, value] of user.jar) other.jar.set(name, value)
  return 'userId' in (await other.get('/who')).json()
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const late = AbortSignal.timeout(20_000)
  while (!(await holds())) {
    late.throwIfAborted()
    await setTimeout(50)
  }
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: Redis gone when a session is loaded`, () => {
    it('is a 503 from the error handler of Express', async () => {
      const { browser, proxy } = await cutApp(express, () => {})
      const user = browser()
      await user.post('/login/ada')
      cut(proxy)
      const { status, cookies, body } = await user.get('/who')
      expect([status, cookies]).toEqual([503, []])
      expect(body).toMatch(/<pre>RedstartError: /)
      // Who has no session is served as ever.
      expect((await browser().get('/plain')).body).toBe('plain')
    })

    it('reaches the error handler of the application, which may answer as it likes', async () => {
      const handler: ErrorRequestHandler = (error: unknown, req, res, _next) => {
        const { status, code } = error as { status: number; code: string }
        res.status(status).json({ code, session: req.session ?? null })
      }
      const { browser, proxy } = await cutApp(express, (app) => void app.use(handler))
      const user = browser()
      await user.post('/login/ada')
      cut(proxy)
      const { status, body } = await user.get('/who')
      expect([status, JSON.parse(body)]).toEqual([
        503,
        { code: expect.stringMatching(/^STORE_(UNAVAILABLE|TIMEOUT)$/), session: null },
      ])
    })

    it('is the same when a handler loads it, and no one else is harmed', async () => {
      const load = (app: Express): void => {
        app.get('/lazy', (req, res, next) => {
          loadSession(req).then((own) => res.json(own.userId), next)
        })
      }
      const { browser, proxy, direct } = await cutApp(express, load, 'throw', { load: 'lazy' })
      const user = direct.browser()
      await user.post('/login/ada')
      const [lazy, plain] = [browser(), browser()]
      for (const own of [lazy, plain]) own.jar.set('sid', user.jar.get('sid') ?? '')
      expect((await lazy.get('/lazy')).body).toBe('"ada"')
      cut(proxy)
      expect((await lazy.get('/lazy')).status).toBe(503)
      expect((await plain.get('/plain')).body).toBe('plain')
    })

    it("is an empty session with unavailable: 'anonymous', which stores nothing and takes no cookie away", async () => {
      const { browser, proxy, direct } = await cutApp(express, () => {}, 'anonymous')
      const user = browser()
      await user.post('/login/ada')
      cut(proxy)
      const who = await user.get('/who')
      expect([who.status, who.body, who.cookies]).toEqual([200, '{}', []])
      const views = await user.get('/views')
      expect([views.status, views.cookies]).toEqual([503, []])
      const login = await user.post('/login/grace')
      expect([login.status, login.cookies]).toEqual([503, []])
      expect(await isSignedIn(direct, user)).toBe(true)
    })
  })

  describe(`${name}: Redis gone when a session is stored`, () => {
    it('is a 503 with nothing of the answer, and onError is told', async () => {
      const { browser, errors } = await cutApp(express, (app, proxy) => {
        app.get('/change', (req, res) => {
          cut(proxy)
          req.session.note = 'lost'
          res.setHeader('x-handler', 'yes')
          res.cookie('own', 'x')
          res.json({ stored: true })
        })
      })
      const user = browser()
      await user.post('/login/ada')
      const { status, headers, cookies, body } = await user.get('/change')
      expect([status, headers.get('content-type'), headers.get('x-handler'), cookies]).toEqual([
        ...[503, 'application/problem+json', null, []],
      ])
      expect(headers.get('retry-after')).toBe('1')
      expect(JSON.parse(body)).toMatchObject({ status: 503, code: expect.stringMatching(/^STORE_/) })
      expect(errors).toMatchObject([{ code: expect.stringMatching(/^STORE_/) }])
    })

    it('signs nobody in', async () => {
      const { browser, redstart, direct } = await cutApp(express, (app, proxy) => {
        app.post('/login-cut', (req, res, next) => {
          cut(proxy)
          req.session.login('ada').then(() => res.end('welcome'), next)
        })
      })
      const visitor = browser()
      await visitor.get('/views')
      const { status, body, cookies } = await visitor.post('/login-cut')
      expect([status, cookies]).toEqual([503, []])
      expect(body).not.toContain('welcome')
      expect(redstart).not.toBe(direct.redstart)
      expect(await direct.redstart.sessions.user('ada').list()).toEqual([])
    })
  })

  describe(`${name}: Redis gone when somebody signs out`, () => {
    const outRoutes = (app: Express, proxy: FaultProxy): void => {
      app.post('/logout-cut', (req, res, next) => {
        cut(proxy)
        req.session.logout().then(() => res.end('bye'), next)
      })
      app.post('/null-cut', (req, res) => {
        cut(proxy)
        Object.assign(req, { session: null })
        res.end('bye')
      })
    }

    it.each(['/logout-cut', '/null-cut'])(
      'the cookie is cleared, it is a 503, and the session is dead once Redis is back: %s',
      async (path) => {
        const { browser, proxy, direct } = await cutApp(express, outRoutes)
        const user = browser()
        await user.post('/login/ada')
        const thief = user.copy()
        const { status, cookies, body } = await user.post(path)
        expect([status, cookies]).toEqual([503, [expect.stringMatching(/^sid=; Max-Age=0; Path=\/; /)]])
        expect(body).not.toContain('bye')
        expect(await isSignedIn(direct, thief)).toBe(true)
        proxy.clear()
        await eventually(async () => !(await isSignedIn(direct, thief)))
      },
    )

    it("the same when it was gone before, with unavailable: 'anonymous'", async () => {
      const { browser, proxy, direct } = await cutApp(express, outRoutes, 'anonymous')
      const user = browser()
      await user.post('/login/ada')
      const thief = user.copy()
      cut(proxy)
      const { status, cookies } = await user.post('/logout')
      expect([status, cookies]).toEqual([503, [expect.stringMatching(/^sid=; Max-Age=0; Path=\/; /)]])
      expect(await isSignedIn(direct, thief)).toBe(true)
      proxy.clear()
      await eventually(async () => !(await isSignedIn(direct, thief)))
    })
  })
}
