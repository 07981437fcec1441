import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, Session } from '../../../src/index.ts'
import { type Browser, closeAll, codeOf, key, openInstance, type Opened } from '../browser.ts'
import { interrupted } from '../interrupted.ts'

type Between = (opened: Opened, id: string) => Promise<unknown>

/** What becomes of a session that goes on under another id while somebody ends it. */
export function replacingTests(backend: () => Backend): void {
  afterAll(closeAll)

  const ways: Readonly<Record<string, (browser: Browser) => Promise<unknown>>> = {
    'regenerate()': async (browser) =>
      await browser.request(async (session, request) => {
        await session.regenerate()
        Object.assign(request.session ?? {}, { passport: { user: 1 } })
      }),
    'elevate()': async (browser) => await browser.request(async (session) => await session.elevate()),
  }
  const endings: Readonly<Record<string, Between>> = {
    revokeAll: async ({ sessions }) => await sessions.user(1).revokeAll(),
    'revokeOthers of another one': async ({ sessions, browser: visit }) => {
      const other = visit()
      await other.login(1)
      await other.request(async (session) => await session.revokeOthers())
      await other.request(async (session) => await session.logout())
      return sessions
    },
    revoke: async ({ sessions }, id) => await sessions.user(1).revoke(id),
  }

  const begun = async (browser: Browser): Promise<string> => {
    await browser.request((session) => void Object.assign(session, { passport: { user: 1 }, a: 1 }))
    return (await browser.request(({ id }: Session) => id)).value
  }

  describe('a session that goes on under another id', () => {
    for (const [way, goOn] of Object.entries(ways))
      it.each(Object.entries(endings))(
        `by ${way} does not outlive its end in the midst of that: %s`,
        async (_, end) => {
          const place = interrupted(backend())
          const opened = openInstance(place.backend)
          const browser = opened.browser()
          const id = await begun(browser)
          place.before = async () => await end(opened, id)
          expect(await codeOf(goOn(browser))).toBe('NOT_SIGNED_IN')
          expect([await browser.userId(), await opened.sessions.user(1).list()]).toEqual([undefined, []])
          // Nothing stands in the way of the next one.
          await browser.login(1)
          expect(await opened.sessions.user(1).list()).toHaveLength(1)
        },
      )

    it('needs no place of its own beside the one before', async () => {
      const limit = { max: 2, onExceed: 'reject' } as const
      const { browser: visit, sessions } = openInstance(backend(), { sessions: { limit } })
      const browser = visit()
      await begun(browser)
      await visit().login(1)
      for (const goOn of Object.values(ways)) await goOn(browser)
      expect([await browser.userId(), (await sessions.user(1).list()).length]).toEqual(['1', 2])
      expect(await codeOf(visit().login(1))).toBe('SESSION_LIMIT')
    })

    it('stays with its key where nobody has proved anything', async () => {
      const place = backend()
      const one = openInstance(place, { keys: [key(1), key(2)] })
      const two = openInstance(place, { app: one.app, keys: [key(2), key(1)] })
      const last = openInstance(place, { app: one.app, keys: [key(1)] })
      const browser = two.browser()
      browser.cookie = undefined
      const first = one.browser()
      await begun(first)
      browser.cookie = first.cookie
      await ways['regenerate()']?.(browser)
      expect([await browser.userId(), await browser.copy(last.sessions).userId()]).toEqual(['1', '1'])
      await ways['elevate()']?.(browser)
      expect([await browser.userId(), await browser.copy(last.sessions).userId()]).toEqual(['1', undefined])
    })
  })
}
