import { type FaultProxy, type RedisServer, startRedis } from '@redstart/testing'
import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EXPRESSES, type ExpressFactory, loadExpress } from '../express-app.ts'
import { proxyTo, startRedisApp } from './redis-app.ts'
import { type SessionApp, usualRoutes } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

function routes(app: Express): void {
  usualRoutes(app)
  app.get('/in', (req, res) => {
    void req.session.login(7)
    res.redirect('/who')
  })
  app.get('/out', (req, res) => {
    void req.session.logout()
    res.redirect('/who')
  })
  app.get('/destroy', (req, res) => {
    void req.session.destroy()
    res.redirect(req.session === undefined ? '/who' : '/still-there')
  })
  app.get('/count', (req, res) => {
    void req.session.update('views', (views: number | undefined) => (views ?? 0) + 1)
    res.redirect('/views')
  })
}

/** Every trip to Redis takes 20 ms more. */
async function slowApp(
  express: ExpressFactory,
  deadline: '500ms' | '10s' = '10s',
): Promise<{ readonly app: SessionApp; readonly proxy: FaultProxy }> {
  const proxy = await proxyTo(server)
  proxy.set({ latency: { ms: 10 } })
  return { app: await startRedisApp({ express, url: proxy.url, routes, redstart: { deadline } }), proxy }
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}, with 20 ms to Redis and back: what a handler does not wait for`, () => {
    it.each(['/out', '/destroy'])('is done before the answer leaves: %s', async (path) => {
      const { app } = await slowApp(express)
      const user = app.browser()
      expect((await user.get('/in')).headers.get('location')).toBe('/who')
      expect((await user.get('/who')).json()).toMatchObject({ userId: '7' })
      const thief = user.copy()
      const { headers } = await user.get(path)
      expect(headers.get('location')).toBe('/who')
      expect(headers.getSetCookie().join()).toMatch(/Max-Age=0/)
      expect((await thief.get('/who')).json()['userId'] ?? null).toBeNull()
    })

    it('is an answer of 503 where it fails, and ends no process', async () => {
      const unhandled = vi.fn()
      process.on('unhandledRejection', unhandled)
      const { app, proxy } = await slowApp(express, '500ms')
      const user = app.browser()
      await user.get('/in')
      proxy.set({ blackHole: true })
      for (const path of ['/out', '/destroy', '/in']) expect((await user.get(path)).status).toBe(503)
      expect(unhandled).not.toHaveBeenCalled()
      process.off('unhandledRejection', unhandled)
    })

    it('is an answer of 503, told to onError, where its own function never ends', async () => {
      const app = await startRedisApp({
        ...{ express, url: server.url },
        redstart: { sessions: { updateTimeout: 50 } },
        routes: (own) => {
          usualRoutes(own)
          own.get('/never', (req, res) => {
            void req.session.update('views', () => new Promise<number>(() => {}))
            res.redirect('/views')
          })
        },
      })
      for (const visitor of [app.browser(), app.browser()]) {
        await visitor.get('/views')
        const { status, headers } = await visitor.get('/never')
        expect([status, headers.get('location')]).toEqual([503, null])
        expect((await visitor.get('/who')).json()).toMatchObject({ views: 1 })
      }
      expect((await app.browser().get('/never')).status).toBe(503)
      expect(app.errors).toMatchObject([{ code: 'LOAD_TIMEOUT' }, { code: 'LOAD_TIMEOUT' }, { code: 'LOAD_TIMEOUT' }])
    })

    it('is an error of the answer though it failed long before, and none where somebody has seen to it', async () => {
      const app = await startRedisApp({
        ...{ express, url: server.url },
        redstart: { sessions: { limit: { max: 1, onExceed: 'reject' } } },
        routes: (own) => {
          usualRoutes(own)
          own.get('/unseen', (req, res) => {
            void req.session.login('full')
            // One after the other: the first one has failed by then.
            req.session.login('full').catch(() => res.redirect('/who'))
          })
          own.get('/seen', (req, res) => {
            req.session.login('full').catch(() => res.redirect('/who'))
          })
          own.get('/awaited', async (req, res) => {
            await Promise.allSettled([req.session.login('full')])
            res.redirect('/who')
          })
          own.get('/called', (req, res) => {
            req.session.views = 1
            void req.session.save((error) => (error === undefined ? res.redirect('/who') : res.sendStatus(500)))
          })
        },
      })
      await app.redstart.sessions.create({ userId: 'full' })
      const answers = await Promise.all(
        ['/unseen', '/seen', '/awaited', '/called'].map(async (path) => (await app.browser().get(path)).status),
      )
      expect(answers).toEqual([409, 302, 302, 302])
      expect(app.errors).toMatchObject([{ code: 'SESSION_LIMIT' }])
    })

    it('counts all the same', async () => {
      const { app } = await slowApp(express)
      const visitor = app.browser()
      await visitor.get('/views')
      const before = JSON.parse((await visitor.get('/views')).body) as unknown
      await visitor.get('/count')
      const after = JSON.parse((await visitor.get('/views')).body) as unknown
      expect([before, after]).toMatchObject([{ views: 2 }, { views: 4 }])
    })
  })
}
