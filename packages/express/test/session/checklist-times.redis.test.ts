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

    it('never by a new secret: parallel requests go on with the old one for a while, and its later use is an alarm', async () => {
      const app = await start({ rotateEvery: 1, grace: '2s' })
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
      await setTimeout(2100)
      expect((await old.get('/who')).body).toBe('{}')
      expect(app.events.map(({ type }) => type)).toContain('session.reuse')
      expect((await user.get('/who')).body).toBe('{"userId":"ada"}')
    })
  })
}

/** The key of the record that a cookie names. */
async function onlyKey(cookie: string | undefined): Promise<unknown> {
  const [, , sid] = cookie?.split('.') ?? []
  const keys = await server.command('KEYS', `*:s:${sid}`)
  return Array.isArray(keys) ? keys[0] : undefined
}
