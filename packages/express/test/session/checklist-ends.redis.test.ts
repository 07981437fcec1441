import { setTimeout } from 'node:timers/promises'
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

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  const start = async (sessions: NonNullable<RedisAppParts['redstart']>['sessions'] = {}): Promise<SessionApp> =>
    await startRedisApp({ express, url: server.url, redstart: { sessions }, routes: accountRoutes })

  describe(`${name}: a session ends`, () => {
    it('when it was not used for a while, by the clock of Redis; a use puts that off', async () => {
      const { browser } = await start({ idle: '500ms', touchAfter: 0 })
      const [idle, used] = [browser(), browser()]
      await idle.post('/login/ada')
      await used.post('/login/ada')
      const key = String(await onlyKey(used.jar.get('sid')))
      await setTimeout(150)
      const left = Number(await server.command('PTTL', key))
      await used.get('/who')
      const after = Number(await server.command('PTTL', key))
      // Unless this machine stood still meanwhile.
      if (left > 0 && after > 0) expect(after).toBeGreaterThan(left)
      expect(after).toBeLessThanOrEqual(500)
      await setTimeout(600)
      for (const user of [idle, used]) expect((await user.get('/who')).body).toBe('{}')
    })

    it('when its time is over, however much it is used', async () => {
      const { browser } = await start({ idle: '500ms', absolute: '500ms', touchAfter: 0 })
      const user = browser()
      const begun = performance.now()
      await user.post('/login/ada')
      while ((await user.get('/who')).body !== '{}') {
        expect(performance.now() - begun).toBeLessThan(15_000)
        await setTimeout(20)
      }
      expect(performance.now() - begun).toBeGreaterThan(450)
    })

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

    it('never by a new secret: parallel requests go on with the old one for a while, and its later use is an alarm', async () => {
      const app = await start({ rotateEvery: 1, grace: '500ms' })
      const user = app.browser()
      await user.post('/login/ada')
      await setTimeout(100)
      const old = user.copy()
      const answers = await Promise.all(Array.from({ length: 20 }, async () => await old.copy().get('/who')))
      const next = new Set(answers.flatMap(({ cookies }) => cookies))
      expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 20 }, () => '{"userId":"ada"}'))
      expect(next.size).toBe(1)
      const [value = ''] = [...next][0]?.split(';') ?? []
      user.jar.set('sid', value.slice('sid='.length))
      expect(user.cookie).not.toBe(old.cookie)
      expect((await user.copy().get('/who')).body).toBe('{"userId":"ada"}')
      await setTimeout(600)
      expect((await old.get('/who')).body).toBe('{}')
      expect(app.events.map(({ type }) => type)).toContain('session.reuse')
      expect((await user.get('/who')).body).toBe('{"userId":"ada"}')
    })
  })

  describe(`${name}: a user`, () => {
    it('sees the own sessions: device, when it was last used, which one this is; never a secret', async () => {
      const { browser } = await start()
      const [phone, laptop] = [browser(), browser()]
      await phone.ask('/login/ada', { method: 'POST', headers: { 'user-agent': SAFARI } })
      await laptop.ask('/login/ada', { method: 'POST', headers: { 'user-agent': FIREFOX } })
      const { body } = await laptop.get('/devices')
      const devices: readonly { readonly current: boolean; readonly device: object; readonly id: string }[] =
        JSON.parse(body)
      expect(devices.map(({ current, device }) => ({ current, ...device }))).toEqual(
        expect.arrayContaining([
          { current: true, kind: 'desktop', userAgent: 'Firefox on Linux', network: expect.any(String) },
          { current: false, kind: 'mobile', userAgent: expect.stringContaining('iOS'), network: expect.any(String) },
        ]),
      )
      for (const { jar } of [phone, laptop]) {
        const [, tag = '-', , secret = '-'] = jar.get('sid')?.split('.') ?? []
        expect(body).not.toContain(secret)
        expect(body).not.toContain(tag)
      }
      expect((await browser().get('/devices')).status).toBe(401)
    })

    it('proves anew who it is for what is sensitive: counted from the log-in, not from the first visit', async () => {
      const { browser } = await start()
      const user = browser()
      await user.get('/views')
      expect((await user.get('/fresh')).status).toBe(401)
      await user.post('/login/ada')
      expect((await user.get('/fresh')).status).toBe(200)
      await setTimeout(20)
      expect((await user.get('/just-now')).status).toBe(403)
    })

    it('is asked for that when a session is used with another browser', async () => {
      const { browser, events } = await start({ binding: { userAgent: 'step-up' } })
      const user = browser()
      await user.ask('/login/ada', { method: 'POST', headers: { 'user-agent': FIREFOX } })
      const as = async (userAgent: string): Promise<number> =>
        (await user.ask('/fresh', { headers: { cookie: user.cookie, 'user-agent': userAgent } })).status
      expect([await as(FIREFOX), await as(FIREFOX.replaceAll('130', '131')), await as(SAFARI)]).toEqual([200, 200, 403])
      expect(events.map(({ type }) => type)).toContain('session.binding')
      await user.ask('/elevate', { method: 'POST', headers: { cookie: user.cookie, 'user-agent': SAFARI } })
      expect(await as(SAFARI)).toBe(200)
    })

    it.each(['evict-soonest-to-expire', 'reject'] as const)(
      'has no more sessions than allowed: %s',
      async (onExceed) => {
        const { browser, redstart } = await start({ limit: { max: 3, onExceed } })
        const users = Array.from({ length: 30 }, () => browser())
        const logins = await Promise.all(users.map(async (user) => await user.post('/login/ada')))
        const statuses = logins.map(({ status }) => status)
        expect(statuses.filter((status) => status === 409)).toHaveLength(onExceed === 'reject' ? 27 : 0)
        expect(await redstart.sessions.user('ada').list()).toHaveLength(3)
        const seen = await Promise.all(users.map(async (user) => (await user.get('/who')).json()['userId']))
        expect(seen.filter((userId) => userId === 'ada')).toHaveLength(3)
      },
    )
  })
}

/** The key of the record that a cookie names. */
async function onlyKey(cookie: string | undefined): Promise<unknown> {
  const [, , sid] = cookie?.split('.') ?? []
  const keys = await server.command('KEYS', `*:s:${sid}`)
  return Array.isArray(keys) ? keys[0] : undefined
}
