import { type CommandCounter, countCommands, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import type { Browser } from './browser.ts'
import { startRedisApp } from './redis-app.ts'
import { usualRoutes } from './session-app.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

/** The scripts that requests had Redis run; statistics, which are sent once a second, are not theirs. */
async function scripts(counter: CommandCounter, requests: () => Promise<unknown>): Promise<number> {
  await counter.settled()
  counter.reset()
  await requests()
  await counter.settled()
  const all = counter.commands(([command]) => command?.toUpperCase() !== 'HELLO')
  const own = all.filter((command) => !command.some((argument) => /\}:(ends|uses|created)$/.test(argument)))
  expect(own.filter(([command]) => !/^EVAL(SHA)?$/i.test(command ?? ''))).toEqual([])
  return own.length
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  describe(`${name}: what sessions ask of Redis`, () => {
    const start = async (): Promise<{ readonly counter: CommandCounter; readonly user: Browser; fresh(): Browser }> => {
      const { browser } = await startRedisApp({
        express,
        url: server.url,
        redstart: { sessions: { anonymousLimit: false } },
        routes: (app) => {
          usualRoutes(app)
          app.get('/same', (req, res) => {
            const { cart } = req.session
            req.session.cart = { ...cart }
            res.end()
          })
        },
      })
      const user = browser()
      await user.post('/login/ada')
      await user.get('/views')
      await user.get('/same')
      const counter = await countCommands(server.url)
      onTestFinished(() => counter.close())
      return { counter, user, fresh: browser }
    }

    it('nothing without a cookie', async () => {
      const { counter, fresh } = await start()
      expect(await scripts(counter, async () => await fresh().get('/who'))).toBe(0)
      expect(await scripts(counter, async () => await fresh().get('/plain'))).toBe(0)
    })

    it('nothing for a cookie that none of us has made', async () => {
      const { counter, user, fresh } = await start()
      const [cookie = ''] = user.jar.values()
      const forged = [
        'x',
        'x'.repeat(10_000),
        `${cookie}x`,
        cookie.slice(0, -1),
        cookie.slice(0, -1) + (cookie.endsWith('A') ? 'B' : 'A'),
        cookie.replace(/^u1/, 'a1'),
        cookie.replace('.', '..'),
        [3, 0, 2, 1].map((n) => cookie.split('.')[n]).join('.'),
        ...[10, 30, 60].map((at) => cookie.slice(0, at) + (cookie[at] === 'A' ? 'B' : 'A') + cookie.slice(at + 1)),
      ]
      for (const value of forged) {
        const thief = fresh()
        thief.jar.set('sid', value)
        const asked = scripts(counter, async () => {
          expect((await thief.get('/who')).body).toBe('{}')
        })
        expect(await asked).toBe(0)
      }
    })

    it('nothing where two cookies are right, of which one may have been planted', async () => {
      const { counter, user, fresh } = await start()
      const other = fresh()
      await other.post('/login/mallory')
      const both = `sid=${user.jar.get('sid')}; sid=${other.jar.get('sid')}`
      const asked = scripts(counter, async () => {
        const { body, cookies } = await fresh().get('/who', { cookie: both })
        expect([body, cookies]).toEqual(['{}', []])
      })
      expect(await asked).toBe(0)
      const same = `sid=${user.jar.get('sid')}; sid=forged; sid=${user.jar.get('sid')}`
      expect((await fresh().get('/who', { cookie: same })).body).toContain('ada')
    })

    it('one script to load, one more to store what was changed, none for what was not', async () => {
      const { counter, user } = await start()
      expect(await scripts(counter, async () => await user.get('/plain'))).toBe(1)
      expect(await scripts(counter, async () => await user.get('/who'))).toBe(1)
      expect(await scripts(counter, async () => await user.get('/same'))).toBe(1)
      expect(await scripts(counter, async () => await user.get('/views'))).toBe(2)
    })
  })
}
