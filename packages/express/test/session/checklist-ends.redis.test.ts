import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { accountRoutes } from './account-routes.ts'
import { type RedisAppParts, startRedisApp } from './redis-app.ts'
import type { SessionApp } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  const start = async (sessions: NonNullable<RedisAppParts['redstart']>['sessions'] = {}): Promise<SessionApp> =>
    await startRedisApp({ express, url: server.url, redstart: { sessions }, routes: accountRoutes })

  describe(`${name}: a session ends`, () => {
    it('at a log-out, on the server, and the browser is told to forget the cookie', async () => {
      const { browser } = await start()
      const user = browser()
      await user.post('/login/ada')
      const thief = user.copy()
      const { cookies } = await user.post('/logout')
      expect(cookies).toEqual([expect.stringMatching(/^sid=; Max-Age=0; Path=\/; /)])
      expect(user.jar.size).toBe(0)
      expect((await thief.get('/who')).body).toBe('{}')
    })

    it('with all others of a user, although requests are using and changing them at that moment', async () => {
      const { browser, redstart } = await start()
      const users = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const user = browser()
          await user.post('/login/ada')
          return user
        }),
      )
      const inFlight = Array.from({ length: 400 }, async (_, n) => await users[n % 10]?.get(n % 2 ? '/who' : '/views'))
      await Promise.race(inFlight)
      expect(await redstart.sessions.user('ada').revokeAll()).toBe(10)
      await Promise.all(inFlight)
      for (const user of users) expect((await user.get('/who')).json()['userId']).toBeUndefined()
      expect(await redstart.sessions.user('ada').list()).toEqual([])
    })

    it('with all but one, when a password is changed', async () => {
      const { browser } = await start()
      const [here, there, elsewhere] = [browser(), browser(), browser()]
      for (const user of [here, there, elsewhere]) await user.post('/login/ada')
      expect((await here.post('/revoke-others')).body).toBe('2')
      expect((await here.get('/who')).body).toBe('{"userId":"ada"}')
      for (const user of [there, elsewhere]) expect((await user.get('/who')).body).toBe('{}')
    })

    it('when an administrator ends it, all of a user, or everybody who signed in before an instant', async () => {
      const first = await start()
      const [one, other, third] = [first.browser(), first.browser(), first.browser()]
      for (const user of [one, other]) await user.post('/login/ada')
      await third.post('/login/grace')
      const id = String((await one.get('/id')).json()['id'])
      const ada = first.redstart.sessions.user('ada')
      expect([await ada.revoke(id), await ada.revoke(id)]).toEqual([true, false])
      expect(await first.redstart.sessions.user('grace').revoke(id)).toBe(false)
      expect([(await one.get('/who')).body, (await other.get('/who')).body]).toEqual(['{}', '{"userId":"ada"}'])
      expect(await ada.revokeAll()).toBe(1)
      expect((await other.get('/who')).body).toBe('{}')
      const later = await startRedisApp({
        express,
        url: server.url,
        redstart: { app: 'shared', sessions: { notBefore: new Date(Date.now() + 60_000) } },
        routes: accountRoutes,
      })
      const before = await startRedisApp({
        express,
        url: server.url,
        redstart: { app: 'shared' },
        routes: accountRoutes,
      })
      const everybody = before.browser()
      await everybody.post('/login/ada')
      const there = later.browser()
      there.jar.set('sid', everybody.jar.get('sid') ?? '')
      expect((await there.get('/who')).body).toBe('{}')
    })
  })
}
