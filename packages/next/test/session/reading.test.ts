import { after, NextBrowser, requestParts, within } from './next-request.ts'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { ReadonlySession } from '../../src/session/index.ts'
import { type Fields, madeSessions } from './made-sessions.ts'

describe('a page', () => {
  it('reads the session, once for all of its components', async () => {
    const { getSession, updateSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession((session) => void (session.views = 3)))
    const [one, other] = await browser.page(async () => await Promise.all([getSession(), getSession()]))
    expect([one === other, one.views, one.userId, Object.keys(one), 'note' in one]).toEqual([
      ...[true, 3, undefined, ['views'], false],
    ])
  })

  it('is told who is signed in, and no more than that', async () => {
    const { getSession, updateSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(
      async () => await updateSession(async (session) => await session.login('ada', { roles: ['chef'] })),
    )
    const session = await browser.page(getSession)
    expect([session.userId, session.requireUser(), session.hasRole('chef'), session.hasRole('guest')]).toEqual([
      ...['ada', 'ada', true, false],
    ])
    session.requireFresh('1h')
    session.requireRole('guest', 'chef')
    expect(() => session.requireRole('guest')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }))
    expect((await session.devices()).map(({ current }) => current)).toEqual([true])
    expect(['id', 'login', 'logout', 'rotate', 'save', 'cookie', 'update'].filter((name) => name in session)).toEqual(
      [],
    )
  })

  it('of a visitor without a session makes none', async () => {
    const { getSession, redstart } = madeSessions()
    const session = await new NextBrowser().page(getSession)
    expect([session.userId, session.views, Object.keys(session)]).toEqual([undefined, undefined, []])
    expect(() => session.requireUser()).toThrow(expect.objectContaining({ code: 'NOT_SIGNED_IN' }))
    expect((await redstart.sessions.statistics()).active).toBe(0)
  })

  it('cannot change it, in any way', async () => {
    const { getSession, updateSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession((session) => void (session.basket = { items: ['soup'] })))
    await browser.page(async () => {
      const session: object = await getSession()
      const changes: readonly (() => unknown)[] = [
        () => Object.assign(session, { views: 1 }),
        () => Object.assign(session, { basket: { items: [] } }),
        () => Object.assign(session, { userId: 'eve' }),
        () => Reflect.deleteProperty(session, 'basket'),
        () => void Object.setPrototypeOf(session, {}),
        () => Object.freeze(session),
      ]
      for (const change of changes) expect(change).toThrow(expect.objectContaining({ code: 'READ_ONLY' }))
      const { items } = Reflect.get(session, 'basket') as { items: string[] }
      expect(() => items.push('cake')).toThrow(TypeError)
      await expect(updateSession((own) => void (own.views = 1))).rejects.toMatchObject({
        code: 'READ_ONLY',
        message: expect.stringContaining('updateSession()'),
      })
    })
    expect((await browser.page(getSession)).basket).toEqual({ items: ['soup'] })
  })

  it('cannot by its type either', () => {
    expectTypeOf<ReadonlySession<Fields>['basket']>().toEqualTypeOf<{ readonly items: readonly string[] } | undefined>()
    expectTypeOf<ReadonlySession<Fields>['views']>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Extract<keyof ReadonlySession<Fields>, 'login' | 'logout' | 'rotate' | 'save' | 'id'>>().toBeNever()
  })

  it('shows messages without taking them, fetched beforehand or not', async () => {
    const { getSession, updateSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession((session) => session.addFlash('info', 'saved')))
    const shown = async (isPrefetch: boolean): Promise<unknown> =>
      await browser.page(async () => (await getSession()).peekFlash('info'), { isPrefetch })
    expect([await shown(true), await shown(true), await shown(false)]).toEqual([['saved'], ['saved'], ['saved']])
    const take = async (): Promise<unknown> =>
      (await browser.act(async () => await updateSession((s) => s.takeFlash('info')))).done
    expect([await take(), await take()]).toMatchObject([{ value: ['saved'] }, { value: [] }])
  })

  it('that is fetched beforehand is no use of the session, and another page is', async () => {
    const { getSession, updateSession, redstart } = madeSessions({ sessions: { touchAfter: 1 } })
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession(async (session) => await session.login('ada')))
    const lastUsed = async (): Promise<number | undefined> =>
      (await redstart.sessions.user('ada').list())[0]?.lastUsed.getTime()
    const before = await lastUsed()
    // Used a millisecond later, it is used later.
    const use = async (sent: Parameters<NextBrowser['page']>[1]): Promise<boolean> => {
      await new Promise((resolve) => void setTimeout(resolve, 5))
      await browser.page(getSession, sent)
      return (await lastUsed()) !== before
    }
    expect([
      await use({ isPrefetch: true }),
      await use({ headers: { 'sec-purpose': 'prefetch;prerender' } }),
      await use({}),
    ]).toEqual([false, false, true])
  })

  it('goes by none of two cookies of the name, one of which may be planted', async () => {
    const { getSession, updateSession } = madeSessions()
    const [one, other] = [new NextBrowser(), new NextBrowser()]
    for (const [user, browser] of Object.entries({ ada: one, eve: other }))
      await browser.act(async () => await updateSession(async (session) => await session.login(user)))
    const userId = async (cookie: string): Promise<unknown> =>
      (await new NextBrowser().page(getSession, { headers: { cookie } })).userId
    expect([
      await userId(one.cookie),
      await userId(`${one.cookie}; ${one.cookie}`),
      await userId(`${one.cookie}; ${other.cookie}`),
      await userId(`${other.cookie}; sid=x; ${one.cookie}`),
    ]).toEqual(['ada', 'ada', undefined, undefined])
  })
})

describe('what Next.js throws', () => {
  it('where there is no request comes through', async () => {
    const { getSession, updateSession } = madeSessions()
    await expect(getSession()).rejects.toThrow(/outside a request scope/)
    await expect(updateSession(() => undefined)).rejects.toThrow(/outside a request scope/)
  })

  it("in 'use cache' comes through, and says cookies()", async () => {
    const { getSession } = madeSessions()
    const reading = within({ type: 'cache', phase: 'render' }, getSession)
    await expect(reading).rejects.toThrow(/`cookies\(\)` can't be read inside `"use cache"`/)
  })

  it("in 'use cache: private' is nothing: what is private may be read", async () => {
    const { getSession, updateSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession(async (session) => await session.login('ada')))
    const unit = { type: 'private-cache', phase: 'render', ...requestParts(browser.cookie) }
    expect((await within(unit, getSession)).userId).toBe('ada')
    await expect(within(unit, async () => await updateSession(() => undefined))).rejects.toMatchObject({
      code: 'READ_ONLY',
    })
  })

  it('where a page is prerendered makes it dynamic', async () => {
    const { getSession } = madeSessions()
    const unit = { type: 'prerender-legacy', phase: 'render', revalidate: 1 }
    await expect(within(unit, getSession)).rejects.toMatchObject({ digest: 'DYNAMIC_SERVER_USAGE' })
  })

  it('in after() of a page comes through', async () => {
    const { getSession } = madeSessions()
    const told: unknown[] = []
    await new NextBrowser().page(async () => {
      after(async () => {
        await getSession().catch((error: unknown) => told.push(error))
      })
      return await Promise.resolve()
    })
    expect(String(told[0])).toMatch(/`cookies\(\)` inside `after\(\)`/)
  })
})
