import { type RedisServer, startRedis } from '@redstart/testing'
import type { ErrorRequestHandler, Express } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPRESSES, type ExpressFactory, loadExpress } from '../express-app.ts'
import { proxyTo, startRedisApp } from './redis-app.ts'
import { type SessionApp, usualRoutes } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: Redis gone when a session is loaded`, () => {
    it('is a 503 from the error handler of Express', async () => {
      const { status, body } = await whoWithoutRedis(express)
      expect(status).toBe(503)
      expect(body).toMatch(/<pre>RedstartError: /)
    })

    it('reaches the error handler of the application, which may answer as it likes', async () => {
      const handler: ErrorRequestHandler = (error: unknown, req, res, _next) => {
        const { status, code } = error as { status: number; code: string }
        res.status(status).json({ code, session: req.session ?? null })
      }
      const { status, body } = await whoWithoutRedis(express, (app) => void app.use(handler))
      expect([status, JSON.parse(body)]).toEqual([
        503,
        { code: expect.stringMatching(/^STORE_(UNAVAILABLE|TIMEOUT)$/), session: null },
      ])
    })
  })
}

/** What a user gets whose session cannot be loaded. */
async function whoWithoutRedis(
  express: ExpressFactory,
  handlers: (app: Express) => void = () => {},
): Promise<{ readonly status: number; readonly body: string }> {
  const proxy = await proxyTo(server)
  const { browser }: SessionApp = await startRedisApp({
    express,
    url: proxy.url,
    redstart: { deadline: '2s' },
    routes: (app) => {
      usualRoutes(app)
      handlers(app)
    },
  })
  const user = browser()
  await user.post('/login/ada')
  // Connections break, and new ones as well.
  proxy.set({ reset: true })
  return await user.get('/who')
}
