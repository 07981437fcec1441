import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { at, type Browser, closeAll, codeOf, openInstance, times } from '../browser.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1'

/** What handlers and applications ask of sessions. */
export function askingTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('what a handler may ask for', () => {
    it('is a user, a role or a recent log-in', async () => {
      const browser = openInstance(backend()).browser()
      const ask = async (
        work: (session: Parameters<Parameters<Browser['request']>[0]>[0]) => unknown,
      ): Promise<unknown> => await codeOf(browser.request(async (session) => await work(session)))
      expect(await ask((session) => session.requireUser())).toBe('NOT_SIGNED_IN')
      expect(await ask((session) => session.requireRole('chef'))).toBe('NOT_SIGNED_IN')
      expect(await ask((session) => session.requireFresh('5m'))).toBe('NOT_SIGNED_IN')
      await browser.login(1, { roles: ['chef'] })
      expect(await ask((session) => session.requireUser())).toBeUndefined()
      expect(await ask((session) => session.requireRole('owner'))).toBe('FORBIDDEN')
      expect(await ask((session) => session.requireRole('owner', 'chef'))).toBeUndefined()
      expect(await ask((session) => session.requireFresh('5m'))).toBeUndefined()
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(await ask((session) => session.requireFresh(5))).toBe('NOT_FRESH')
      await browser.request(async (session) => await session.elevate())
      expect(await ask((session) => session.requireFresh('5m'))).toBeUndefined()
    })

    it('is a token for forms that is worth nothing elsewhere', async () => {
      const { browser: visit } = openInstance(backend())
      const [browser, other] = [visit(), visit()]
      const { value: tokens } = await browser.request((session) => [session.issueCsrfToken(), session.issueCsrfToken()])
      expect(at(tokens, 0)).not.toBe(at(tokens, 1))
      const verified = async (of: Browser, text: unknown): Promise<unknown> =>
        (await of.request((session) => session.verifyCsrfToken(text))).value
      for (const token of tokens)
        expect([await verified(browser, token), await verified(other, token)]).toEqual([true, false])
      await other.request((session) => session.issueCsrfToken())
      expect(await verified(other, tokens[0])).toBe(false)
      for (const bad of ['', 'x', `${at(tokens, 0)}x`, undefined, null, 5, [], 'x'.repeat(10_000)])
        expect(await verified(browser, bad)).toBe(false)
      await browser.login(1)
      expect(await verified(browser, tokens[0])).toBe(false)
    })

    it('is what devices there are, and their ends', async () => {
      const { browser: visit, sessions, of } = openInstance(backend())
      const [phone, desk] = [visit(), visit()]
      phone.who = { ip: '203.0.113.7', userAgent: SAFARI }
      desk.who = { ip: '2001:db8::1', userAgent: FIREFOX }
      await phone.login(1)
      await desk.login(1)
      const { value: devices } = await desk.request(async (session) => await session.devices())
      const other = devices.find(({ current }) => !current)
      expect(devices).toHaveLength(2)
      expect(other?.device).toEqual({
        network: '203.0.113.0/24',
        userAgent: expect.stringContaining('Safari'),
        kind: 'mobile',
      })
      expect(other && other.expires.getTime() - other.lastUsed.getTime()).toBe(30 * 60_000)
      expect(await sessions.user(2).revoke(other?.id ?? '')).toBe(false)
      expect(await sessions.user(1).revoke('nonsense')).toBe(false)
      expect(await phone.userId()).toBe('1')
      expect(await sessions.user(1).revoke(other?.id ?? '')).toBe(true)
      expect(await sessions.user(1).revoke(other?.id ?? '')).toBe(false)
      expect([await phone.userId(), await desk.userId()]).toEqual([undefined, '1'])
      expect(of('session.ended').map(({ sid, reason }) => ({ sid, reason }))).toEqual([
        { sid: other?.id, reason: 'revoked' },
      ])
    })
  })

  describe('what is asked of the sessions themselves', () => {
    it('says what a cookie stands for, and changes nothing', async () => {
      const { browser: visit, sessions } = openInstance(backend(), { sessions: { onReuse: 'revoke', touchAfter: 0 } })
      const browser = visit()
      await browser.login(1, { roles: ['chef'], methods: ['pwd'] })
      const [before] = await sessions.user(1).list()
      const said = await sessions.introspect(browser.cookie ?? '')
      expect(said).toMatchObject({ active: true, userId: '1', roles: ['chef'], methods: ['pwd'] })
      expect((await sessions.user(1).list())[0]).toEqual(before)
      for (const cookie of ['', 'x', `${browser.cookie}x`, '__proto__'])
        expect(await sessions.introspect(cookie)).toEqual({ active: false })
      await browser.request(async (session) => await session.logout())
    })

    it('creates and gets one without a request', async () => {
      const { sessions } = openInstance(backend())
      const { session, cookie } = await sessions.create({ userId: 1, data: { a: 1 }, remember: true })
      expect([session.userId, session['a'], cookie.maxAge]).toEqual(['1', 1, 90 * 86_400_000])
      const found = await sessions.get(cookie.value)
      expect(found?.['a']).toBe(1)
      if (found !== undefined) found['a'] = 2
      await found?.save()
      expect((await sessions.get(cookie.value))?.['a']).toBe(2)
      expect(await sessions.get('nonsense')).toBeUndefined()
    })

    it('counts them', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browsers = times(3, visit)
      for (const [n, browser] of browsers.entries()) {
        browser.who = { userAgent: n === 0 ? SAFARI : FIREFOX }
        await browser.login(n)
      }
      await at(browsers, 2).request(async (session) => await session.logout())
      const { active, byDevice, recent, createdPerMinute } = await sessions.statistics({ within: '5m' })
      expect({ active, recent }).toEqual({ active: 2, recent: 2 })
      expect([byDevice.mobile, byDevice.desktop]).toEqual([1, 1])
      expect(createdPerMinute.reduce((sum, each) => sum + each, 0)).toBe(3)
    })

    it('refuses those from before an instant', async () => {
      const place = backend()
      const before = openInstance(place)
      const browser = before.browser()
      await browser.login(1)
      const after = openInstance(place, { app: before.app, sessions: { notBefore: new Date(Date.now() + 3_600_000) } })
      expect((await browser.copy(after.sessions).send(({ userId }) => userId)).refused).toBe('too-early')
      expect(await after.sessions.user(1).list()).toEqual([])
    })
  })

  describe('a stream', () => {
    it('hears when its session ends, wherever that is done, and only then', async () => {
      const place = backend()
      const [one] = [openInstance(place)]
      const two = openInstance(place, { app: one.app })
      const browsers = times(3, one.browser)
      const heard: number[] = []
      const opened = await Promise.all(
        browsers.map(async (browser, n) => {
          await browser.login(n === 2 ? 'other' : 'same')
          return (await browser.request((session) => session.onRevoked(() => heard.push(n)))).value
        }),
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
      at(opened, 1)()
      await two.sessions.user('same').revokeAll()
      await expect.poll(() => heard).toEqual([0])
      // It had ended before anybody listened.
      const gone = one.browser()
      await gone.login('same')
      await gone.request(async (session) => {
        await two.sessions.user('same').revokeAll()
        session.onRevoked(() => heard.push(9))
      })
      await expect.poll(() => heard).toEqual([0, 9])
    })
  })
}
