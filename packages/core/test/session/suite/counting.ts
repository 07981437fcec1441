import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { at, closeAll, key, openInstance, times } from '../browser.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const CHROME = 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36'

/** That statistics count no session that has ended, whichever way it did. */
export function countingTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('statistics', () => {
    it('count none that were evicted or revoked, by this process or another one', async () => {
      const place = backend()
      const one = openInstance(place, { sessions: { limit: { max: 3 } } })
      const two = openInstance(place, { app: one.app })
      const active = async (): Promise<number> => (await one.sessions.statistics()).active
      for (const _ of times(6, () => 0)) await one.sessions.create({ userId: 1, userAgent: FIREFOX })
      expect(await active()).toBe(3)
      const [first] = await two.sessions.user(1).list()
      await two.sessions.user(1).revoke(first?.id ?? '')
      await two.sessions.statistics()
      expect(await active()).toBe(2)
      await two.sessions.user(1).revokeAll()
      await two.sessions.statistics()
      const { averageLength, byDevice } = await one.sessions.statistics()
      expect([await active(), averageLength, byDevice.desktop]).toEqual([0, undefined, 0])
    })

    it('count none that were evicted from under another key', async () => {
      const place = backend()
      const one = openInstance(place, { keys: [key(1), key(2)], sessions: { limit: { max: 2 } } })
      const two = openInstance(place, { app: one.app, keys: [key(2), key(1)], sessions: { limit: { max: 2 } } })
      for (const n of times(6, (each) => each)) {
        const { sessions } = at([one, two], n % 2)
        await sessions.create({ userId: 1 })
        await sessions.statistics()
      }
      expect((await one.sessions.statistics()).active).toBe(2)
    })

    it('count none that ended because it was used elsewhere, or because somebody has a copy', async () => {
      const sessions = { binding: { userAgent: 'revoke' }, onReuse: 'revoke', grace: 0 } as const
      const opened = openInstance(backend(), { sessions })
      const elsewhere = opened.browser()
      elsewhere.who = { userAgent: FIREFOX }
      await elsewhere.login(1)
      elsewhere.who = { userAgent: CHROME }
      expect(await elsewhere.userId()).toBeUndefined()
      const owner = opened.browser()
      await owner.login(2)
      const copy = owner.copy()
      await owner.request(async (session) => await session.rotate())
      await owner.request(() => undefined)
      expect((await opened.sessions.statistics()).active).toBe(1)
      await expect.poll(async () => (await copy.copy().send(() => undefined)).refused).toBe('reuse')
      expect((await opened.sessions.statistics()).active).toBe(0)
    })

    it('count none whose absolute end has passed, though it was used shortly before', async () => {
      const opened = openInstance(backend(), { sessions: { idle: '600ms', absolute: '600ms', touchAfter: 0 } })
      const browser = opened.browser()
      await browser.login(1)
      await new Promise((resolve) => setTimeout(resolve, 300))
      await browser.request(() => undefined)
      await expect.poll(async () => (await browser.copy().send(() => undefined)).refused).toBe('missing')
      expect((await opened.sessions.statistics()).active).toBe(0)
    })

    it('know of another idle time', async () => {
      const opened = openInstance(backend(), { sessions: { idle: '400ms' } })
      const { session, cookie } = await opened.sessions.create({ userId: 1 })
      await session.extend('1h')
      await new Promise((resolve) => setTimeout(resolve, 450))
      expect((await opened.sessions.introspect(cookie.value)).active).toBe(true)
      expect((await opened.sessions.statistics()).active).toBe(1)
    })
  })
}
