import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, RequestSession } from '../../../src/index.ts'
import { type Browser, closeAll, codeOf, openInstance, type Opened } from '../browser.ts'

/** What a request can do whose secret was replaced while it ran. */
export function successionTests(backend: () => Backend): void {
  afterAll(closeAll)

  /** The secret before is good for a millisecond. */
  async function signedIn(): Promise<{ readonly opened: Opened; readonly browser: Browser }> {
    const opened = openInstance(backend(), { sessions: { grace: 1, onReuse: 'revoke' } })
    const browser = opened.browser()
    await browser.login(1)
    return { opened, browser }
  }

  async function rotated(browser: Browser): Promise<void> {
    await browser.request(async (session) => await session.rotate())
    await browser.userId()
    await wait(5)
  }

  async function begun({ sessions }: Opened, { cookie = '' }: Browser): Promise<RequestSession> {
    const request = await sessions.open([cookie], {})
    if (request.session === undefined) throw new Error('there is no session')
    return request
  }

  describe('a request whose secret was replaced while it ran', () => {
    it('goes on with the next one where it was told of that', async () => {
      const { opened, browser } = await signedIn()
      const own = await begun(opened, browser)
      await own.session?.rotate()
      const told = await begun(opened, browser)
      browser.receive(own)
      await browser.userId()
      await wait(5)
      for (const [name, { session }] of Object.entries({ own, told })) {
        Object.assign(session ?? {}, { [name]: 1 })
        await session?.save()
        await session?.update(`${name}2`, () => 2)
        await session?.reload()
        expect(session?.userId).toBe('1')
      }
      const { value } = await browser.request((session) => Object.fromEntries(Object.entries(session)))
      expect(value).toEqual({ own: 1, own2: 2, told: 1, told2: 2 })
    })

    it('is told so where it was not, and nobody is signed out for it', async () => {
      const { opened, browser } = await signedIn()
      const request = await begun(opened, browser)
      await rotated(browser)
      const { session } = request
      Object.assign(session ?? {}, { a: 1 })
      const late = [session?.save(), session?.update('b', () => 1), session?.reload(), session?.extend('1h')]
      for (const each of late) expect(await codeOf(each ?? Promise.resolve())).toBe('SESSION_CONFLICT')
      expect(await codeOf(request.commit())).toBe('SESSION_CONFLICT')
      expect([await browser.userId(), await browser.read('a'), opened.of('session.reuse')]).toEqual([
        '1',
        undefined,
        [],
      ])
      // A request that begins with it is another matter.
      const thief = opened.browser()
      thief.cookie = browser.cookie
      await rotated(browser)
      await rotated(browser)
      expect((await thief.send(({ userId }) => userId)).refused).toBe('reuse')
      expect([opened.of('session.reuse').length, await browser.userId()]).toEqual([1, undefined])
    })
  })
}
