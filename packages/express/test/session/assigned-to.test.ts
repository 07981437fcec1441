import type { Express } from 'express'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: req.session that is assigned to`, () => {
    const taken: Readonly<Record<string, (app: Express) => void>> = {
      'set to null': (app) =>
        app.post('/out', (req, res) => {
          Object.assign(req, { session: null })
          res.json({ is: req.session })
        }),
      'set to undefined': (app) =>
        app.post('/out', (req, res) => {
          Reflect.set(req, 'session', undefined)
          res.json({ is: req.session ?? null })
        }),
      deleted: (app) =>
        app.post('/out', (req, res) => {
          Reflect.deleteProperty(req, 'session')
          res.json({ is: req.session ?? null })
        }),
    }

    it.each(Object.keys(taken))('%s: the session ends and the cookie is cleared', async (how) => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          usualRoutes(app)
          taken[how]?.(app)
        },
      })
      const user = browser()
      await user.post('/login/ada')
      const thief = user.copy()
      const { body, cookies } = await user.post('/out')
      expect(body).toBe('{"is":null}')
      expect(cookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0/)])
      expect((await thief.get('/who')).body).toBe('{}')
    })

    it('another object is an error; itself is not', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          app.get('/object', (req, res) => {
            Reflect.set(req, 'session', req.session)
            try {
              Reflect.set(req, 'session', { userId: 'admin' })
            } catch (error) {
              res.json([String(error), req.session.userId])
            }
          })
        },
      })
      const { body } = await browser().get('/object')
      expect(JSON.parse(body)).toEqual([expect.stringContaining('req.session is not replaced'), null])
    })
  })
}
