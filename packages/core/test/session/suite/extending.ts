import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { closeAll, openInstance } from '../browser.ts'

/** What becomes of a session that was given another idle time. */
export function extendingTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('a session with an idle time of its own', () => {
    it('goes on as long as it is used, however short that time is', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browser = visit()
      await browser.login(1)
      await browser.request(async (session) => await session.extend('6s'))
      const lastUsed = async (): Promise<number> => (await sessions.user(1).list())[0]?.lastUsed.getTime() ?? 0
      const before = await lastUsed()
      await new Promise((resolve) => setTimeout(resolve, 650))
      await browser.request(() => undefined)
      expect(await lastUsed()).toBeGreaterThanOrEqual(before + 600)
    })

    it('keeps it when its user proves anew who they are, unless it is remembered from then on', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browser = visit()
      const left = async (): Promise<number> => {
        const [device] = await sessions.user(1).list()
        return device === undefined ? 0 : device.expires.getTime() - device.lastUsed.getTime()
      }
      await browser.login(1)
      await browser.request(async (session) => await session.extend('2h'))
      await browser.request(async (session) => await session.elevate())
      expect(await left()).toBe(2 * 3_600_000)
      await browser.login(1)
      expect(await left()).toBe(30 * 60_000)
    })
  })
}
