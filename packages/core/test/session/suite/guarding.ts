import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, SessionOptions } from '../../../src/index.ts'
import { type Browser, closeAll, codeOf, openInstance } from '../browser.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1'

/** Who a session is kept from. */
export function guardingTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('a use from elsewhere', () => {
    const open = async (
      binding: NonNullable<SessionOptions['binding']>,
    ): Promise<{ opened: ReturnType<typeof openInstance>; browser: Browser; thief: Browser }> => {
      const opened = openInstance(backend(), { sessions: { binding } })
      const browser = opened.browser()
      browser.who = { ip: '203.0.113.7', userAgent: FIREFOX }
      await browser.login(1)
      const thief = browser.copy()
      return { opened, browser, thief }
    }

    it('is an event, and the next address of the same network is none', async () => {
      const { opened, browser, thief } = await open({})
      thief.who = { ip: '198.51.100.1', userAgent: SAFARI }
      expect(await thief.userId()).toBe('1')
      expect(opened.of('session.binding').map(({ what, policy }) => `${what} ${policy}`)).toEqual([
        'ip log',
        'userAgent log',
      ])
      browser.who = { ip: '203.0.113.200', userAgent: FIREFOX.replaceAll('130', '131') }
      expect(await browser.userId()).toBe('1')
      expect(opened.of('session.binding')).toHaveLength(2)
    })

    it('is told once of each session, network and browser, and not at each request', async () => {
      const { opened, browser, thief } = await open({ ip: 'step-up' })
      const other = opened.browser()
      other.who = { ip: '203.0.113.9', userAgent: FIREFOX }
      await other.login(2)
      const ids = [(await browser.request(({ id }) => id)).value, (await other.request(({ id }) => id)).value]
      for (const ip of ['198.51.100.1', '198.51.100.2', '192.0.2.1', '203.0.113.7', '198.51.100.1']) {
        thief.who = { ip, userAgent: SAFARI }
        other.who = { ip: '198.51.100.77', userAgent: FIREFOX }
        for (const _ of [1, 2]) await Promise.all([thief.userId(), browser.userId(), other.userId()])
      }
      const of = (sid: string | undefined): string[] =>
        opened.of('session.binding').flatMap((event) => (event.sid === sid ? [`${event.what} ${event.policy}`] : []))
      expect([of(ids[0]), of(ids[1])]).toEqual([['ip step-up', 'userAgent log', 'ip step-up'], ['ip step-up']])
    })

    it('asks for a step-up until the next log-in, from wherever', async () => {
      const { browser, thief } = await open({ ip: 'step-up', userAgent: 'off' })
      const fresh = async (of: Browser): Promise<unknown> =>
        await codeOf(of.request((session) => session.requireFresh('5m')))
      expect(await fresh(browser)).toBeUndefined()
      thief.who = { ip: '198.51.100.1', userAgent: SAFARI }
      expect(await fresh(thief)).toBe('NOT_FRESH')
      expect(await fresh(browser)).toBe('NOT_FRESH')
      await browser.request(async (session) => await session.elevate())
      expect(await fresh(browser)).toBeUndefined()
    })

    it('ends the session where a policy says so', async () => {
      const { opened, browser, thief } = await open({ ip: 'off', userAgent: 'revoke' })
      thief.who = { ip: '198.51.100.1', userAgent: SAFARI }
      expect(await thief.send((session) => session.userId)).toMatchObject({ value: undefined, refused: 'binding' })
      expect(await browser.userId()).toBeUndefined()
      expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['binding'])
      expect(await opened.sessions.user(1).list()).toEqual([])
    })
  })

  describe('a visitor', () => {
    it('who stores nothing has no session, and an address may begin so many', async () => {
      const { browser: visit } = openInstance(backend(), { sessions: { anonymousLimit: { max: 3 } } })
      const begin = async (ip?: string): Promise<unknown> => {
        const browser = visit()
        browser.who = ip === undefined ? {} : { ip }
        expect(await browser.request((session) => session['a'])).toMatchObject({ value: undefined, cookie: undefined })
        return await codeOf(browser.request((session) => (session['a'] = 1)))
      }
      const codes = [
        await begin('203.0.113.1'),
        await begin('203.0.113.2'),
        await begin('203.0.113.3'),
        await begin('203.0.113.4'),
      ]
      expect(codes).toEqual([undefined, undefined, undefined, 'TOO_MANY_SESSIONS'])
      expect([await begin('198.51.100.1'), await begin(), await begin('nonsense')]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
      const user = visit()
      user.who = { ip: '203.0.113.9' }
      await user.login(1)
      expect(await user.userId()).toBe('1')
    })
  })
}
