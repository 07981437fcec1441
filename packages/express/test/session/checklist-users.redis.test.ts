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
