import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { at, type Browser, closeAll, codeOf, openInstance, times } from '../browser.ts'

/** What ends stays ended, and what is replaced has one successor, whatever happens at the same time. */
export function endingTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('a rotation', () => {
    it('has one successor though twenty requests ask for it at once', async () => {
      const browser = openInstance(backend()).browser()
      await browser.login(1)
      const answers = await Promise.all(
        times(20, async () => await browser.copy().send(async (session) => await session.rotate())),
      )
      const values = answers.map(({ cookie }) => (cookie?.kind === 'set' ? cookie.value : undefined))
      expect(new Set(values).size).toBe(1)
      expect(values[0]).not.toBe(browser.cookie)
      browser.cookie = values[0]
      expect(await browser.userId()).toBe('1')
    })

    it('comes by itself when it is due, and loses neither data nor user though its response is lost', async () => {
      const { browser: visit, of } = openInstance(backend(), { sessions: { rotateEvery: 1 } })
      const browser = visit()
      await browser.login(1)
      // What time it is at the backend is known but for the time of a trip.
      let lost: Awaited<ReturnType<Browser['send']>> | undefined
      const sent = async (): Promise<string | undefined> => {
        lost = await browser.send((session) => (session['a'] = 1))
        return lost.cookie?.kind
      }
      await expect.poll(sent).toBe('set')
      const again = await browser.request((session) => session['a'])
      expect(again).toMatchObject({ value: 1, userId: '1', cookie: lost?.cookie })
      const old = browser.copy()
      browser.receive(again)
      expect(await browser.read('a')).toBe(1)
      expect(await old.send((session) => session.userId)).toMatchObject({ value: '1' })
      expect(of('session.rotated').map(({ phase }) => phase)).toContain('taken')
      expect(of('session.reuse')).toEqual([])
    })
  })

  describe('a revocation', () => {
    it('of all leaves none alive, though four hundred requests save, touch, rotate and renew them meanwhile', async () => {
      const opened = openInstance(backend(), { sessions: { touchAfter: 0, rotateEvery: 1 } })
      const browsers = times(8, opened.browser)
      await Promise.all(browsers.map(async (browser) => await browser.login(9)))
      const requests = times(400, async (n) => {
        const tab = browsers[n % 8]?.copy()
        await codeOf(
          tab?.send(async (session) => {
            session[`f${n % 40}`] = n
            if (n % 40 === 0) await session.elevate()
            if (n % 7 === 0) await session.save()
          }) ?? Promise.reject(new Error()),
        )
      })
      // Half of them are under way.
      await Promise.race(requests.slice(200))
      await opened.sessions.user(9).revokeAll()
      const afterwards = opened.sessions.user(9).list()
      await Promise.all(requests)
      expect(await opened.sessions.user(9).list()).toEqual([])
      expect(await afterwards).toEqual([])
      for (const browser of browsers) expect(await browser.userId()).toBeUndefined()
    })

    it('is not undone by a request that saves, elevates, updates, rotates or lives longer afterwards', async () => {
      const { sessions, browser: visit } = openInstance(backend())
      const works: Readonly<Record<string, (session: Parameters<Parameters<Browser['request']>[0]>[0]) => unknown>> = {
        save: async (session) => await session.save(),
        elevate: async (session) => await session.elevate(),
        update: async (session) => await session.update('a', () => 2),
        rotate: async (session) => await session.rotate(),
        lives: (session) => (session.cookie.maxAge = 1_000_000),
        saves: async (session) => {
          await session.save()
          session['c'] = 1
          await session.save()
        },
      }
      for (const [name, work] of Object.entries(works)) {
        const browser = visit()
        await browser.login(5)
        let late: Awaited<ReturnType<typeof browser.send>> | undefined
        const code = await codeOf(
          browser
            .send(async (session) => {
              session['a'] = 1
              await sessions.user(5).revokeAll()
              await work(session)
              session['b'] = 1
            })
            .then((answer) => (late = answer)),
        )
        expect([name, await sessions.user(5).list()]).toEqual([name, []])
        if (code === undefined) browser.receive({ cookie: late?.cookie })
        const { value } = await browser.request((session) => ({
          userId: session.userId,
          data: Object.fromEntries(Object.entries(session)),
        }))
        expect([name, value]).toEqual([name, { userId: undefined, data: {} }])
      }
    })

    it('leaves one where it is of the others', async () => {
      const { browser: visit } = openInstance(backend())
      const browsers = times(5, visit)
      for (const browser of browsers) await browser.login(3)
      const { value } = await at(browsers, 2).request(async (session) => await session.revokeOthers())
      expect(value).toBe(4)
      const alive = await Promise.all(browsers.map(async (each) => await each.userId()))
      expect(alive).toEqual([undefined, undefined, '3', undefined, undefined])
    })
  })

  describe('a late save', () => {
    it.each(['logged out', 'replaced by a log-in', 'replaced by regenerate()'])(
      'brings nothing back: %s',
      async (how) => {
        const { sessions, browser: visit, of } = openInstance(backend())
        const browser = visit()
        await browser.login(5)
        const before = browser.copy()
        let late: Promise<unknown> | undefined
        const hold = new Promise<void>((release) => {
          late = before.send(async (session) => {
            session['secret'] = 'canary'
            await holding
            release()
          })
        })
        let go: () => void = () => undefined
        const holding = new Promise<void>((resolve) => (go = resolve))
        await browser.request(async (session) => {
          if (how === 'logged out') await session.logout()
          else if (how === 'replaced by a log-in') await session.login(6)
          else {
            await session.regenerate()
          }
        })
        go()
        await Promise.all([hold, late])
        expect(await sessions.user(5).list()).toEqual([])
        expect(of('session.lost').length).toBeGreaterThan(0)
        expect(await browser.read('secret')).toBeUndefined()
        expect(await before.userId()).toBeUndefined()
      },
    )
  })
}
