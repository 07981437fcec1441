import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startApp, usualRoutes } from './session-app.ts'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: what express-session has`, () => {
    it('regenerate: another id, and none of the data, by a callback or a promise', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          usualRoutes(app)
          app.post('/callback', (req, res, next) => {
            const before = req.sessionID
            void req.session.regenerate((error) => {
              if (error !== undefined) return next(error)
              req.session.note = 'anew'
              // Who it is for shows when it is saved, and so does the id.
              void req.session.save(() => res.json({ same: before === req.sessionID, data: req.session }))
            })
          })
          app.post('/promise', (req, res, next) => {
            req.session
              .regenerate()
              .then(() => req.session.save())
              .then(() => res.json(req.session), next)
          })
          app.get('/all', (req, res) => void res.json({ data: req.session, id: req.sessionID }))
        },
      })
      const visitor = browser()
      await visitor.get('/views')
      const old = visitor.copy()
      const id = (await visitor.get('/all')).json()['id']
      expect((await visitor.post('/callback')).body).toBe('{"same":false,"data":{"note":"anew"}}')
      const after = (await visitor.get('/all')).json()
      expect(after['data']).toEqual({ note: 'anew' })
      expect(after['id']).not.toBe(id)
      expect((await old.get('/all')).json()['data']).toEqual({})
      expect((await visitor.post('/promise')).body).toBe('{}')
      expect((await visitor.get('/all')).json()['data']).toEqual({})
    })

    it('save: stored when it says so, before the answer', async () => {
      const seen: string[] = []
      const { browser, redstart } = await startApp({
        express,
        routes: (app) => {
          usualRoutes(app)
          app.post('/save', (req, res, next) => {
            req.session.note = 'saved'
            const cookie = visitor.jar.get('sid') ?? ''
            req.session
              .save()
              .then(() => redstart.sessions.get(cookie))
              .then((other) => {
                seen.push(String(other?.['note']))
                res.end()
              })
              .catch(next)
          })
        },
      })
      const visitor = browser()
      await visitor.get('/views')
      await visitor.post('/save')
      expect(seen).toEqual(['saved'])
    })

    it('destroy: the session has ended, the cookie is cleared, and req.session is gone', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          usualRoutes(app)
          app.post('/destroy', (req, res, next) => {
            void req.session.destroy((error) => {
              if (error !== undefined) return next(error)
              res.json({ gone: req.session === undefined })
            })
          })
        },
      })
      const user = browser()
      await user.post('/login/ada')
      const thief = user.copy()
      const { body, cookies } = await user.post('/destroy')
      expect(body).toBe('{"gone":true}')
      expect(cookies).toEqual([
        'sid=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
      ])
      expect(user.jar.size).toBe(0)
      expect((await thief.get('/who')).body).toBe('{}')
    })

    it('reload: what is stored now, without what was changed; an error where it has ended', async () => {
      const { browser, redstart } = await startApp({
        express,
        routes: (app) => {
          usualRoutes(app)
          app.get('/reload', (req, res, next) => {
            req.session.views = 100
            const other = redstart.sessions.get(req.headers.cookie?.slice('sid='.length) ?? '')
            const changed = other.then(async (own) => {
              if (own !== undefined) own['note'] = 'from elsewhere'
              await own?.save()
            })
            changed.then(() => req.session.reload()).then(() => res.json(req.session), next)
          })
          app.get('/ended', (req, res, next) => {
            const ended = redstart.sessions.user('ada').revokeAll()
            ended.then(() => {
              void req.session.reload((error) => res.json({ error: String(error), userId: req.session.userId }))
            }, next)
          })
        },
      })
      const user = browser()
      await user.post('/login/ada')
      await user.get('/views')
      expect((await user.get('/reload')).body).toBe('{"views":1,"note":"from elsewhere"}')
      expect((await user.get('/who')).body).toBe('{"userId":"ada","views":1}')
      expect((await user.get('/ended')).json()).toEqual({ error: expect.stringContaining('has ended') })
    })

    it('touch and resetMaxAge: there to be called', async () => {
      const { browser } = await startApp({
        express,
        routes: (app) => {
          app.get('/touch', (req, res) => {
            res.json(req.session.touch() === req.session && req.session.resetMaxAge() === req.session)
          })
        },
      })
      const { body, cookies } = await browser().get('/touch')
      expect([body, cookies]).toEqual(['true', []])
    })
  })

  it(`${name}: a callback is called once, and no promise is left to reject`, async () => {
    const calls: unknown[] = []
    const { browser } = await startApp({
      express,
      routes: (app) => {
        app.get('/bad', (req, res) => {
          Object.assign(req.session, { bad: () => 1 })
          void req.session.save((error) => {
            calls.push(error)
            Reflect.deleteProperty(req.session, 'bad')
            res.end('told')
          })
        })
      },
    })
    const rejected: unknown[] = []
    const note = (reason: unknown): void => void rejected.push(reason)
    process.on('unhandledRejection', note)
    expect((await browser().get('/bad')).body).toBe('told')
    await setImmediate()
    process.off('unhandledRejection', note)
    expect([calls, rejected]).toMatchObject([[{ code: 'UNSUPPORTED_VALUE' }], []])
  })
}
