import { createRequire } from 'node:module'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import type { Express, RequestHandler } from 'express'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { EXPRESSES, listen, loadExpress } from '../express-app.ts'
import { Browser } from './browser.ts'
import { KEY } from './redis-app.ts'
import { startApp } from './session-app.ts'

// Its types would say of req.session what is not so here.
const formerly = createRequire(import.meta.url)('express-session') as {
  (options: object): RequestHandler
  readonly Store: new () => object
}

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

/** Keeps sessions where connect-redis does, and as it does. */
class RedisStore extends formerly.Store {
  get(id: string, done: (error: unknown, session?: unknown) => void): void {
    server
      .command('GET', `sess:${id}`)
      .then((text) => done(null, typeof text === 'string' ? JSON.parse(text) : null), done)
  }

  set(id: string, session: object, done: (error?: unknown) => void): void {
    server.command('SET', `sess:${id}`, JSON.stringify(session), 'EX', '86400').then(() => done(), done)
  }
}

function routes(app: Express): void {
  app.post('/begin', (req, res) => {
    Object.assign(req.session, { passport: { user: 'ada' }, note: 'from before' })
    res.end()
  })
  app.get('/note', (req, res) => void res.json([req.session.userId, req.session.note]))
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  it(`${name}: who is signed in with express-session stays so, and is listed`, async () => {
    const former = express()
    former.use(formerly({ secret: 'keyboard cat', resave: false, saveUninitialized: false, store: new RedisStore() }))
    routes(former)
    const { port, close } = await listen(former)
    onTestFinished(close)
    const user = new Browser(port)
    await user.post('/begin')
    expect([...user.jar.keys()]).toEqual(['connect.sid'])
    const { browser, redstart } = await startApp({
      express,
      redstart: {
        ...{ backend: redis(server.url), app: name, keys: KEY, deadline: '10s' },
        sessions: { import: { secret: 'keyboard cat' } },
      },
      routes,
    })
    const moved = browser()
    for (const [cookie, value] of user.jar) moved.jar.set(cookie, value)
    const thief = moved.copy()
    expect((await moved.get('/note')).body).toBe('["ada","from before"]')
    expect([...moved.jar.keys()]).toEqual(['sid'])
    expect((await moved.get('/note')).body).toBe('["ada","from before"]')
    expect(await redstart.sessions.user('ada').list()).toHaveLength(1)
    expect((await thief.get('/note')).body).toBe('[null,null]')
    expect((await user.get('/note')).body).toBe('[null,null]')
  })
}
