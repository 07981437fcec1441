import type { Express } from 'express'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

const HOUR = 3_600_000

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: cookie.maxAge and cookie.expires`, () => {
    const routes = (app: Express): void => {
      usualRoutes(app)
      app.get('/cookie', (req, res) => {
        const { maxAge, originalMaxAge, expires } = req.session.cookie
        res.json({ maxAge, originalMaxAge, expires })
      })
      app.post('/before', (req, res, next) => {
        req.session.cookie.maxAge = HOUR
        req.session.login('ada').then(() => res.end(), next)
      })
      app.post('/after', (req, res, next) => {
        req.session.note = 'kept'
        req.session
          .login('ada')
          .then(() => {
            req.session.cookie.maxAge = HOUR
            res.json(req.session.cookie.maxAge)
          })
          .catch(next)
      })
      app.post('/expires', (req, res, next) => {
        req.session
          .login('ada')
          .then(() => {
            req.session.cookie.expires = new Date(Date.now() + HOUR)
            res.end()
          })
          .catch(next)
      })
      app.post('/taken-back', (req, res, next) => {
        req.session
          .login('ada', { remember: true })
          .then(() => {
            req.session.cookie.expires = false
            res.end()
          })
          .catch(next)
      })
      app.post('/visitor', (req, res) => {
        req.session.cookie.maxAge = HOUR
        req.session.note = 'long'
        res.end()
      })
      app.get('/rolling', (req, res) => {
        req.session.cookie.maxAge = HOUR
        res.end()
      })
      app.get('/attribute', (req, res) => {
        try {
          Object.assign(req.session.cookie, { secure: true })
          res.end('set')
        } catch (error) {
          res.end(String(error))
        }
      })
      app.get('/note', (req, res) => void res.json([req.session.userId, req.session.note]))
    }

    it.each(['/before', '/after', '/expires', '/visitor'])('the browser keeps the cookie: %s', async (path) => {
      const { browser } = await startApp({ express, routes })
      const user = browser()
      const { cookies } = await user.post(path)
      expect(cookies).toHaveLength(1)
      const [, seconds] = /; Max-Age=(\d+);/.exec(cookies[0] ?? '') ?? []
      expect(Number(seconds)).toBeGreaterThan(3500)
      // Rounded up.
      expect(Number(seconds)).toBeLessThanOrEqual(3601)
      const told = (await user.get('/cookie')).json()
      expect(told['maxAge']).toBeGreaterThan(3_500_000)
      expect(told['maxAge']).toBeLessThanOrEqual(HOUR)
      expect(Date.parse(String(told['expires'])) - Date.now()).toBeLessThanOrEqual(HOUR + 1000)
    })

    it('what was stored before it is said is kept, by one session', async () => {
      const { browser, redstart } = await startApp({ express, routes })
      const user = browser()
      expect((await user.post('/after')).body).toBe(String(HOUR))
      expect((await user.get('/note')).body).toBe('["ada","kept"]')
      expect(await redstart.sessions.user('ada').list()).toHaveLength(1)
    })

    it('null or false: until the browser is closed', async () => {
      const { browser } = await startApp({ express, routes })
      const user = browser()
      const { cookies } = await user.post('/taken-back')
      expect(cookies).toEqual([expect.not.stringContaining('Max-Age')])
      expect((await user.get('/cookie')).body).toBe('{"maxAge":null,"originalMaxAge":null,"expires":null}')
      expect((await user.get('/who')).body).toBe('{"userId":"ada"}')
    })

    it('said at every request it changes nothing of a session that is there', async () => {
      const { browser } = await startApp({ express, routes })
      const user = browser()
      await user.post('/login/ada')
      const { cookies } = await user.get('/rolling')
      expect(cookies).toEqual([])
      expect((await user.get('/who')).body).toBe('{"userId":"ada"}')
    })

    it('an attribute is refused: it belongs where the middleware is made', async () => {
      const { browser } = await startApp({ express, routes })
      expect((await browser().get('/attribute')).body).toContain('TypeError')
    })
  })
}
