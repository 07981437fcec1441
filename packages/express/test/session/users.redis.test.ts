import { randomInt } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { startRedisApp } from './redis-app.ts'
import { usualRoutes } from './session-app.ts'

const USERS = 20
const REQUESTS = 200

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  it(`${name}: ${USERS} users with ${REQUESTS} requests at a time see only what is theirs`, async () => {
    const { browser } = await startRedisApp({
      express,
      url: server.url,
      routes: (app) => {
        usualRoutes(app)
        app.get('/mine', (req, res, next) => {
          const before = req.session.userId
          setTimeout(randomInt(20))
            .then(() => {
              req.session.note = `of ${before}`
              return setTimeout(randomInt(20))
            })
            .then(() =>
              res.set('x-user', req.session.userId).json({ before, name: req.session.name, data: req.session }),
            )
            .catch(next)
        })
        app.post('/name/:name', (req, res) => {
          req.session.name = req.params.name
          res.end()
        })
      },
    })
    const users = await Promise.all(
      Array.from({ length: USERS }, async (_, n) => {
        const user = browser()
        await user.post(`/login/user${n}`)
        await user.post(`/name/Name${n}`)
        return user
      }),
    )
    const asked = Array.from({ length: REQUESTS }, async (_, n) => {
      const own = n % USERS
      await setTimeout(randomInt(30))
      const { headers, body, cookies } = (await users[own]?.get('/mine')) ?? {}
      expect(JSON.parse(body ?? '')).toMatchObject({
        ...{ before: `user${own}`, name: `Name${own}` },
        data: { name: `Name${own}`, note: `of user${own}` },
      })
      expect([headers?.get('x-user'), cookies]).toEqual([`user${own}`, []])
    })
    await Promise.all(asked)
  })
}
