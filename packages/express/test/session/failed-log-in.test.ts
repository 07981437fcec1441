import type { ErrorRequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: a log-in that is refused`, () => {
    it.each([409, 500])('leaves a visitor the data, answered with %d', async (status) => {
      const { browser, redstart, events } = await startApp({
        express,
        redstart: { sessions: { limit: { max: 1, onExceed: 'reject' } } },
        routes: (app) => {
          usualRoutes(app)
          const refuse: ErrorRequestHandler = (_error, _req, res, _next) => void res.status(status).end()
          app.use(refuse)
        },
      })
      await redstart.sessions.create({ userId: 'full' })
      const visitor = browser()
      await visitor.get('/views')
      const before = visitor.cookie
      expect((await visitor.post('/login/full')).status).toBe(status)
      expect(visitor.cookie).toBe(before)
      expect((await visitor.get('/views')).json()).toEqual({ views: 2 })
      expect((await visitor.get('/who')).json()).toEqual({ views: 2 })
      expect(events.filter(({ type }) => type === 'session.lost')).toEqual([])
    })

    it('of a user leaves none of the data, and clears the cookie', async () => {
      const { browser, redstart } = await startApp({
        express,
        redstart: { sessions: { limit: { max: 1, onExceed: 'reject' } } },
        routes: usualRoutes,
      })
      await redstart.sessions.create({ userId: 'full' })
      const user = browser()
      await user.post('/login/ada')
      await user.get('/views')
      await user.post('/login/full')
      expect(user.jar.size).toBe(0)
      expect((await user.get('/views')).json()).toEqual({ views: 1 })
    })
  })
}
