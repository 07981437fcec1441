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

const HTTPS = { 'x-forwarded-proto': 'https' }
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

for (const name of EXPRESSES) {
  const express = await loadExpress(name)
  const start = async (redstart: RedisAppParts['redstart'] = {}): Promise<SessionApp> =>
    await startRedisApp({
      express,
      url: server.url,
      redstart: { ...redstart, sessions: { anonymousLimit: false, ...redstart?.sessions } },
      before: (app) => void app.set('trust proxy', 1),
      routes: accountRoutes,
    })

  describe(`${name}: session ids`, () => {
    it('are random, of 256 bits, and never the same', async () => {
      const { browser } = await start()
      const answers = await Promise.all(Array.from({ length: 200 }, async () => await browser().get('/views')))
      const secrets = answers.map(
        ({ cookies }) => /^sid=a1\.[\w-]{16}\.([\w-]{43})\./.exec(cookies[0] ?? '')?.[1] ?? '',
      )
      expect(new Set(secrets).size).toBe(200)
      // The last character of 256 bits in 43 characters of 6 stands for 4 bits.
      const bits = secrets.flatMap((secret) => Array.from(secret.slice(0, 42), (one) => ALPHABET.indexOf(one)))
      const ones = bits.reduce((sum, six) => sum + six.toString(2).replaceAll('0', '').length, 0)
      const count = 200 * 42 * 6
      // Six standard deviations.
      expect(Math.abs(ones - count / 2)).toBeLessThan(6 * Math.sqrt(count / 4))
    })

    it('mean nothing: neither the name of the cookie nor its value tells product, user or application', async () => {
      const [one, other] = [await start(), await start({ sessions: { namespace: 'other' } })]
      const values: string[] = []
      for (const { browser } of [one, other]) {
        const user = browser()
        const [cookie = ''] = (await user.post('/login/ada.lovelace')).cookies
        expect(cookie).not.toMatch(/redstart|express|node|ada|lovelace/i)
        values.push(user.jar.get('sid') ?? '')
      }
      // The part that stands for a user is another one in each application and namespace.
      expect(values[0]?.split('.')[1]).not.toBe(values[1]?.split('.')[1])
    })

    it('that this server has not issued are never adopted', async () => {
      const { browser } = await start()
      const attacker = browser()
      await attacker.get('/views')
      const planted = attacker.cookie
      await server.command('FLUSHALL')
      const victim = browser()
      const views = await victim.get('/views', { cookie: planted })
      expect(views.body).toBe('{"views":1}')
      expect(victim.cookie).not.toBe(planted)
      expect((await attacker.get('/who')).body).toBe('{}')
    })

    it('are new after a log-in, a log-in anew and an elevation, and the old ones are dead', async () => {
      const { browser } = await start()
      const user = browser()
      await user.get('/views')
      for (const path of ['/login/ada', '/login/ada', '/elevate', '/login/grace']) {
        const [thief, id] = [user.copy(), (await user.get('/id')).json()['id']]
        expect((await user.post(path)).cookies).toHaveLength(1)
        expect((await user.get('/id')).json()['id']).not.toBe(id)
        expect(user.cookie).not.toBe(thief.cookie)
        expect((await thief.get('/who')).body).toBe('{}')
      }
      expect((await user.get('/who')).body).toBe('{"userId":"grace"}')
    })

    it('of visitors and of users are apart', async () => {
      const { browser } = await start()
      const user = browser()
      await user.get('/views')
      const before = user.jar.get('sid')?.split('.') ?? []
      await user.post('/login/ada')
      const after = user.jar.get('sid')?.split('.') ?? []
      expect([before[0], after[0]]).toEqual(['a1', 'u1'])
      for (const part of before) expect(after).not.toContain(part)
    })

    it('stand in a cookie that is Secure, HttpOnly, SameSite and of this host alone, and nowhere else', async () => {
      const { browser } = await start()
      const user = browser()
      const login = await user.ask('/login/ada', { method: 'POST', headers: HTTPS })
      expect(login.cookies).toEqual([
        expect.stringMatching(/^__Host-sid=[\w.-]{93}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
      ])
      const value = user.jar.get('__Host-sid') ?? ''
      const secret = value.split('.')[3] ?? ''
      const headers = { ...HTTPS, cookie: user.cookie }
      for (const path of ['/id', '/who', '/devices', '/form', '/nowhere']) {
        const answer = await user.ask(path, { headers })
        expect(answer.body).not.toContain(secret)
        expect(JSON.stringify([...answer.headers])).not.toContain(secret)
      }
      const logout = await user.ask('/logout', { method: 'POST', headers })
      expect(logout.cookies).toEqual([
        expect.stringMatching(
          /^__Host-sid=; Max-Age=0; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax$/,
        ),
      ])
    })

    it('fit: name and value take less than 120 bytes of the 4096 that browsers take', async () => {
      const { browser } = await start()
      const user = browser()
      await user.ask('/login/' + 'x'.repeat(200), { method: 'POST', headers: HTTPS })
      expect(user.cookie.length).toBeLessThan(120)
      expect(user.cookie.length).toBeGreaterThan(90)
    })

    it('that are guessed are counted, a hundred of them as one event', async () => {
      const app = await start()
      const user = app.browser()
      await user.post('/login/ada')
      const [value = ''] = user.jar.values()
      const guesses = Array.from({ length: 100 }, async (_, n) => {
        const guess = value.slice(0, 40) + String(n).padStart(3, '0') + value.slice(43)
        expect((await app.browser().get('/who', { cookie: `sid=${guess}` })).body).toBe('{}')
      })
      await Promise.all(guesses)
      await app.redstart.close()
      const refused = app.events.filter(({ type }) => type === 'session.refused')
      expect(refused).toEqual([expect.objectContaining({ reason: 'forged', count: 100 })])
    })
  })

  it(`${name}: a form is sent with a token of its own session, which a log-in makes worthless`, async () => {
    const { browser } = await start()
    const [user, attacker] = [browser(), browser()]
    const sendForm = async (own: typeof user, token: string): Promise<number> =>
      (await own.ask('/form', { method: 'POST', headers: { cookie: own.cookie, 'x-csrf-token': token } })).status
    const first = await user.get('/form')
    expect(first.cookies).toEqual([expect.stringContaining('SameSite=Lax')])
    const second = (await user.get('/form')).body
    expect(second).not.toBe(first.body)
    const foreign = (await attacker.get('/form')).body
    expect([await sendForm(user, first.body), await sendForm(user, second)]).toEqual([200, 200])
    for (const wrong of [foreign, '', 'x', second.slice(1), second.slice(0, -2)])
      expect(await sendForm(user, wrong)).toBe(403)
    // A page of another site gets no cookie along with its form.
    expect(await sendForm(browser(), first.body)).toBe(403)
    await user.post('/login/ada')
    expect(await sendForm(user, second)).toBe(403)
    expect(await sendForm(user, (await user.get('/form')).body)).toBe(200)
  })
}
