import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { closeAll, codeOf, key, openInstance, times } from '../browser.ts'

/** What holds of sessions that several requests change at the same time. */
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

    it('count to 50 with fifty updates of one field in one request, whatever else that request stores meanwhile', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => (session['count'] = 0))
      await browser.request(async (session) => {
        const counted = times(50, async (n) => {
          await session.update('count', async (count) => {
            session['seen'] = n
            await session.save()
            return Number(count) + 1
          })
        })
        await Promise.all(counted)
      })
      expect(await browser.read('count')).toBe(50)
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

    it('read flash messages and leave them', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => session.addFlash('info', { text: 'saved' }))
      const peek = async (): Promise<unknown> => (await browser.request((session) => session.peekFlash('info'))).value
      const [first] = (await peek()) as [{ text: string }]
      first.text = 'changed'
      expect([await peek(), (await browser.request((session) => session.takeFlash('info'))).value]).toEqual([
        [{ text: 'saved' }],
        [{ text: 'saved' }],
      ])
      expect(await peek()).toEqual([])
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
}
