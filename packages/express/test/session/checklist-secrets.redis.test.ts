import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { accountRoutes } from './account-routes.ts'
import { KEY, startRedisApp } from './redis-app.ts'
import type { SessionApp } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

const CANARY = 'canary-in-a-coal-mine'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  const start = async (lines: string[] = []): Promise<SessionApp> => {
    const log = (...parts: readonly unknown[]): void => void lines.push(JSON.stringify(parts))
    const logger = { debug: log, info: log, warn: log, error: log }
    const sessions = { rotateEvery: 1, grace: 1, limit: { max: 2 } }
    return await startRedisApp({ express, url: server.url, redstart: { logger, sessions }, routes: accountRoutes })
  }

  describe(`${name}: what is kept of sessions`, () => {
    it('tells nothing to whoever reads Redis: no data, no user, no secret', async () => {
      const { browser } = await start()
      const user = browser()
      await user.post(`/login/${CANARY}`)
      await user.post(`/keep/${CANARY}`)
      expect((await user.get('/note')).body).toContain(CANARY)
      const [, tag, sid, secret = ''] = user.jar.get('sid')?.split('.') ?? []
      // What names the session and stands for the user is in the keys of the record and of the user's index.
      expect([await found(sid ?? ''), await found(tag ?? '')]).toEqual([2, 2])
      for (const hidden of [CANARY, secret, secret.slice(0, 20), KEY, 'x'.repeat(32)])
        expect(await found(hidden)).toBe(0)
    })

    it('is worth nothing in another place: a field, what is known of the user, or all of it', async () => {
      const { browser, events } = await start()
      const [ada, mallory] = [browser(), browser()]
      await ada.post('/login/ada')
      await ada.post(`/keep/${CANARY}`)
      await mallory.post('/login/mallory')
      await mallory.post('/keep/own')
      const [from, to] = [await keyOf(ada.jar.get('sid')), await keyOf(mallory.jar.get('sid'))]
      const copy = `redis.call('HSET', KEYS[2], ARGV[1], redis.call('HGET', KEYS[1], ARGV[2]))`
      const who = async (): Promise<unknown> => [
        (await mallory.get('/who')).json()['userId'],
        (await mallory.get('/note')).json()['note'],
      ]
      expect(await who()).toEqual(['mallory', 'own'])
      // A field of somebody else's, and another field of one's own.
      await server.command('EVAL', copy, 2, from, to, 'd:note', 'd:note')
      expect(await who()).toEqual(['mallory', null])
      await mallory.post('/keep/own')
      await mallory.get('/views')
      await server.command('EVAL', copy, 2, to, to, 'd:note', 'd:views')
      expect(await who()).toEqual(['mallory', null])
      // Who somebody is.
      await server.command('EVAL', copy, 2, from, to, 'k', 'k')
      expect(await who()).toEqual([undefined, null])
      await server.command('COPY', from, to, 'REPLACE')
      expect(await who()).toEqual([undefined, null])
      expect((await ada.get('/note')).body).toContain(CANARY)
      const damaged = events.filter(({ type }) => type === 'session.damaged')
      expect(damaged.length).toBeGreaterThan(2)
    })

    it('is told as events and log lines, each with the id of its session, none with a secret or data', async () => {
      const lines: string[] = []
      const app = await start(lines)
      const secrets: string[] = []
      const user = app.browser()
      const note = (): void => {
        const [value = ''] = user.jar.values()
        secrets.push(value, value.split('.').at(-2) ?? '', value.split('.').at(-1) ?? '')
      }
      await user.get('/views')
      note()
      await user.post('/login/ada')
      note()
      const old = user.copy()
      await user.post(`/keep/${CANARY}`)
      note()
      await user.get('/who')
      note()
      await old.get('/who')
      await old.get('/who', { cookie: `${user.cookie.slice(0, -1)}!` })
      for (const other of [app.browser(), app.browser(), app.browser()]) await other.post('/login/ada')
      await user.post('/elevate')
      note()
      await app.redstart.sessions.user('ada').revokeAll()
      await user.post('/login/ada')
      note()
      await user.post('/logout')
      await app.redstart.close()
      const told = app.events.filter(({ type }) => type.startsWith('session.'))
      const types = told.map(({ type }) => type)
      for (const type of ['session.created', 'session.ended', 'session.rotated', 'session.refused'])
        expect(types).toContain(type)
      for (const event of told)
        if (event.type !== 'session.refused') expect(event).toHaveProperty('sid', expect.any(String))
      const all = [...lines, JSON.stringify(app.events), JSON.stringify(app.errors)].join('\n')
      for (const secret of [CANARY, ...secrets]) {
        expect(secret.length).toBeGreaterThan(8)
        expect(all).not.toContain(secret)
      }
    })
  })
}

/** How many keys of Redis have a text in their name or anywhere in what they hold. */
async function found(text: string): Promise<unknown> {
  const script = `
    local found = 0
    for _, key in ipairs(redis.call('KEYS', '*')) do
      local held = key .. redis.call('DUMP', key)
      if redis.call('TYPE', key).ok == 'hash' then held = held .. table.concat(redis.call('HGETALL', key), ' ') end
      if string.find(held, ARGV[1], 1, true) then found = found + 1 end
    end
    return found`
  return await server.command('EVAL', script, 0, text)
}

async function keyOf(cookie: string | undefined): Promise<string> {
  const [, , sid] = cookie?.split('.') ?? []
  const keys = await server.command('KEYS', `*:s:${sid}`)
  return Array.isArray(keys) ? String(keys[0]) : ''
}
