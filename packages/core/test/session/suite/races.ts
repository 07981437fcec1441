import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { at, type Browser, closeAll, codeOf, key, openInstance, times } from '../browser.ts'

/** What holds of sessions whatever happens at the same time. */
export function raceTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('concurrent requests', () => {
    it('lose nothing where they write different fields', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => {
        for (let n = 0; n < 30; n += 1) session[`old${n}`] = n
      })
      // Half of the requests delete a field each and half of them write one.
      const requests = times(100, (n) => async (): Promise<unknown> => {
        if (n < 30) return await browser.copy().request((session) => Reflect.deleteProperty(session, `old${n}`))
        if (n < 60) return await browser.copy().request((session) => (session[`new${n}`] = { n }))
        return await browser.copy().request(async (session) => {
          await session.update(`count${n % 4}`, (count) => Number(count ?? 0) + 1)
        })
      })
      await Promise.all(requests.map(async (request) => await request()))
      const { value: data } = await browser.request((session) => Object.fromEntries(Object.entries(session)))
      const expected = Object.fromEntries([
        ...times(30, (n): [string, unknown] => [`new${n + 30}`, { n: n + 30 }]),
        ...times(4, (n): [string, unknown] => [`count${n}`, 10]),
      ])
      expect(data).toEqual(expected)
    })

    it('count to 100 with a hundred updates of one field', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => (session['count'] = 0))
      const counts = await Promise.all(
        times(100, async () => {
          const { value } = await browser
            .copy()
            .request(async (session) => await session.update('count', (count) => Number(count) + 1))
          return value
        }),
      )
      expect(await browser.read('count')).toBe(100)
      expect(new Set(counts).size).toBe(100)
    })

    it('bring one field together where it has a merge, even a hundred at once', async () => {
      const merge = {
        cart: (base: unknown, mine: unknown, theirs: unknown) => {
          const [before, own, other] = [base, mine, theirs] as readonly (Record<string, number> | undefined)[]
          const added = Object.entries(own ?? {}).filter(([item]) => before?.[item] === undefined)
          return { ...other, ...Object.fromEntries(added) }
        },
      }
      const browser = openInstance(backend(), { sessions: { merge } }).browser()
      await browser.request((session) => (session['cart'] = { a: 1 }))
      await Promise.all(
        times(100, async (n) => {
          await browser.copy().request((session) => {
            ;(session['cart'] as Record<string, number>)[`item${n}`] = n
          })
        }),
      )
      expect(Object.keys((await browser.read('cart')) as object)).toHaveLength(101)
    })

    it('show what was brought together, and keep it at the next save', async () => {
      const joined = (_: unknown, mine: unknown, theirs: unknown): unknown => [
        ...(theirs as string[]),
        ...(mine as string[]),
      ]
      const browser = openInstance(backend(), { sessions: { merge: { list: joined } } }).browser()
      await browser.request((session) => (session['list'] = ['a']))
      await browser.copy().request(async (session) => {
        session['list'] = ['mine']
        session.addFlash('info', 'mine')
        await browser.copy().request((other) => {
          other['list'] = ['theirs']
          other.addFlash('info', 'theirs')
        })
        await session.save()
        expect(session['list']).toEqual(['theirs', 'mine'])
        session['b'] = 1
      })
      expect([await browser.read('list'), await browser.read('b')]).toEqual([['theirs', 'mine'], 1])
      expect((await browser.request((session) => session.takeFlash('info'))).value).toEqual(['theirs', 'mine'])
    })

    it('are refused with strict conflicts where another one has changed the field, and only there', async () => {
      const browser = openInstance(backend(), { sessions: { conflicts: 'strict' } }).browser()
      await browser.request((session) => (session['a'] = 1))
      const codes: (string | undefined)[] = []
      await browser.copy().request(async (session) => {
        session['a'] = 2
        await browser.copy().request((other) => (other['a'] = 3))
        codes.push(await codeOf(session.save()))
        await session.reload()
        session['b'] = 4
      })
      expect(codes).toEqual(['SESSION_CONFLICT'])
      expect([await browser.read('a'), await browser.read('b')]).toEqual([3, 4])
    })

    it('lose no flash message, and show none twice', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => session.addFlash('info', 'first'))
      const taken = await Promise.all([
        ...times(20, async (n) => await browser.copy().request((session) => session.addFlash('info', n))),
        browser.copy().request((session) => session.takeFlash('info')),
      ])
      expect(taken.at(-1)?.value).toContain('first')
      const { value } = await browser.request((session) => session.takeFlash('info'))
      const shown = [...(taken.at(-1)?.value ?? []), ...value]
      expect([...shown].map(String).sort()).toEqual(['first', ...times(20, String)].sort())
      expect((await browser.request((session) => session.takeFlash('info'))).value).toEqual([])
    })
  })

  describe('the limit of a user', () => {
    it.each(['evict-soonest-to-expire', 'reject'] as const)(
      'leaves 3 of a hundred log-ins at once: %s',
      async (onExceed) => {
        const { sessions, browser, of } = openInstance(backend(), { sessions: { limit: { max: 3, onExceed } } })
        const browsers = times(100, browser)
        const codes = await Promise.all(browsers.map(async (each) => await codeOf(each.login(42))))
        expect(await sessions.user(42).list()).toHaveLength(3)
        const alive = await Promise.all(browsers.map(async (each) => await each.userId()))
        expect(alive.filter((userId) => userId === '42')).toHaveLength(3)
        expect(codes.filter((code) => code === 'SESSION_LIMIT')).toHaveLength(onExceed === 'reject' ? 97 : 0)
        expect(of('session.ended').filter(({ reason }) => reason === 'evicted')).toHaveLength(
          onExceed === 'reject' ? 0 : 97,
        )
      },
    )

    it.each(['evict-soonest-to-expire', 'reject'] as const)('holds while keys are rolled: %s', async (onExceed) => {
      const limit = { max: 3, onExceed }
      const place = backend()
      const first = openInstance(place, { keys: [key(1), key(2)], sessions: { limit } })
      const { app } = first
      const second = openInstance(place, { app, keys: [key(2), key(1)], sessions: { limit } })
      const browsers = times(20, (n) => (n % 2 === 0 ? first : second).browser())
      for (const browser of browsers) {
        await codeOf(browser.login(7))
        // They are told apart by the millisecond.
        await wait(3)
      }
      const alive = await Promise.all(browsers.map(async (each) => await each.userId()))
      expect(alive.filter((userId) => userId === '7')).toHaveLength(3)
      // Those that were first stay, or those that were last.
      const [from, to] = onExceed === 'reject' ? [0, 3] : [17, 20]
      expect(alive.slice(from, to)).toEqual(['7', '7', '7'])
      await Promise.all(times(20, (n) => codeOf((n % 2 === 0 ? first : second).browser().login(8))))
      expect((await first.sessions.user(8).list()).length).toBeLessThanOrEqual(3)
    })
  })

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
      await wait(20)
      const lost = await browser.send((session) => (session['a'] = 1))
      expect(lost.cookie?.kind).toBe('set')
      const again = await browser.request((session) => session['a'])
      expect(again).toMatchObject({ value: 1, userId: '1', cookie: lost.cookie })
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
