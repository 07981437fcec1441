import { after, forbidden, NextBrowser, notFound, redirect } from './next-request.ts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { madeSessions } from './made-sessions.ts'

afterEach(() => vi.unstubAllEnvs())

describe('an action', () => {
  it('changes the session, and the page after it shows that', async () => {
    const { getSession, updateSession } = madeSessions()
    const browser = new NextBrowser()
    const views = async (): Promise<unknown> => (await getSession()).views
    const count = async (): Promise<unknown> => {
      const before = await views()
      const now = await updateSession((session) => (session.views = (session.views ?? 0) + 1))
      return [before, now, await views()]
    }
    const first = await browser.act(count, views)
    expect([first.done, first.page]).toEqual([{ status: 'fulfilled', value: [undefined, 1, 1] }, 1])
    const second = await browser.act(count, views)
    expect([second.done, second.page]).toEqual([{ status: 'fulfilled', value: [1, 2, 2] }, 2])
    expect(await browser.page(views)).toBe(2)
  })

  it('shows within a change what was changed by then', async () => {
    const { getSession, updateSession } = madeSessions()
    const { done } = await new NextBrowser().act(async () => {
      const before = await getSession()
      return await updateSession(async (session) => {
        session.views = 5
        return [before.views, (await getSession()).views]
      })
    })
    expect(done).toEqual({ status: 'fulfilled', value: [undefined, 5] })
  })

  it('sets the cookie where there is something to be said, and at no other time', async () => {
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    const cookies = async (change: Parameters<typeof updateSession>[0]): Promise<readonly string[]> =>
      (await browser.act(async () => await updateSession(change))).cookies
    expect(await cookies(() => undefined)).toEqual([])
    const [begun, ...others] = await cookies((session) => (session.views = 1))
    expect([begun, others]).toEqual([expect.stringMatching(/^sid=a1\.[\w.-]+; Path=\/; HttpOnly; SameSite=lax$/i), []])
    expect(await cookies((session) => (session.views = 2))).toEqual([])
    expect(await cookies((session) => session.views)).toEqual([])
    expect(await cookies(async (session) => await session.login('ada'))).toEqual([expect.stringMatching(/^sid=u1\./)])
    expect(await cookies(async (session) => await session.rotate())).toEqual([expect.stringMatching(/^sid=u1\./)])
    expect((await browser.page(getSession)).views).toBe(2)
    expect(await cookies(async (session) => await session.logout())).toEqual([
      expect.stringMatching(
        /^sid=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; SameSite=lax$/i,
      ),
    ])
    expect([browser.cookie, (await browser.page(getSession)).userId]).toEqual(['', undefined])
  })

  it('sets one that outlives the browser for who wants to be remembered', async () => {
    const { updateSession } = madeSessions()
    const login = async (): Promise<void> =>
      await updateSession(async (session) => await session.login('ada', { remember: true }))
    const { cookies } = await new NextBrowser().act(login)
    expect(cookies).toEqual([expect.stringMatching(/; Max-Age=7776000;/)])
  })

  it.each([
    ['redirect()', () => redirect('/menu'), /^NEXT_REDIRECT/],
    ['notFound()', () => notFound(), /;404$/],
    ['forbidden()', () => forbidden(), /;403$/],
  ])('that ends in %s has done what it did before', async (_name, leave, digest) => {
    // forbidden() is one of its experiments.
    vi.stubEnv('__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS', '1')
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    const { done } = await browser.act(
      async () =>
        await updateSession((session) => {
          session.views = 1
          leave()
        }),
    )
    expect(done).toMatchObject({ status: 'rejected', reason: { digest: expect.stringMatching(digest) } })
    expect((await browser.page(getSession)).views).toBe(1)
  })

  it('that fails has stored nothing, and what it waited for itself', async () => {
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    const failing = async (): Promise<unknown> => {
      const failed = updateSession(async (session) => {
        session.note = 'before'
        await session.login('ada')
        session.views = 1
        throw new Error('broken')
      })
      await expect(failed).rejects.toThrow('broken')
      await updateSession((session) => void (session.basket = { items: ['soup'] }))
      const { userId, views, note, basket } = await getSession()
      return { userId, views, note, basket }
    }
    const expected = { userId: 'ada', views: undefined, note: 'before', basket: { items: ['soup'] } }
    expect((await browser.act(failing)).done).toEqual({ status: 'fulfilled', value: expected })
    const { views, userId } = await browser.page(getSession)
    expect([views, userId]).toEqual([undefined, 'ada'])
  })

  it('changes it several times, one within another and one after the other', async () => {
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    const add = async (item: string): Promise<void> =>
      await updateSession(async (session) => {
        const items = [...(session.basket?.items ?? [])]
        await new Promise((resolve) => void setTimeout(resolve, 1))
        session.basket = { items: [...items, item] }
      })
    const act = async (): Promise<void> => {
      await Promise.all(['soup', 'cake', 'tea'].map(add))
      await updateSession(async (session) => {
        await add('nested')
        session.views = session.basket?.items.length ?? 0
      })
    }
    const { done, cookies } = await browser.act(act)
    expect([done.status, cookies.length]).toEqual(['fulfilled', 1])
    const { basket, views } = await browser.page(getSession)
    expect([basket?.items, views]).toEqual([['soup', 'cake', 'tea', 'nested'], 4])
  })

  it('begins anew after it has destroyed the session', async () => {
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession(async (session) => await session.login('ada')))
    const act = async (): Promise<void> => {
      await updateSession(async (session) => await session.destroy())
      expect((await getSession()).userId).toBeUndefined()
      await updateSession((session) => session.addFlash('info', 'bye'))
    }
    const { done, page } = await browser.act(act, async () => (await getSession()).peekFlash('info'))
    expect([done.status, page, (await browser.page(getSession)).peekFlash('info')]).toEqual([
      ...['fulfilled', ['bye'], ['bye']],
    ])
  })

  it('loses nothing beside others that change the same session at the same time', async () => {
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession((session) => void (session.views = 0)))
    const count = async (): Promise<unknown> =>
      await updateSession(
        async (session) => await session.update('views', (views: number | undefined) => (views ?? 0) + 1),
      )
    await Promise.all(Array.from({ length: 20 }, async () => await browser.copy().act(count)))
    await Promise.all([
      browser.copy().act(async () => await updateSession((session) => void (session.note = 'mine'))),
      browser.copy().act(async () => await updateSession((session) => void (session.basket = { items: ['theirs'] }))),
    ])
    const { views, note, basket } = await browser.page(getSession)
    expect([views, note, basket]).toEqual([20, 'mine', { items: ['theirs'] }])
  })

  it('signs nobody in where the cookie would be lost', async () => {
    const { updateSession, redstart } = madeSessions({}, { cookie: { secure: true } })
    const login = async (): Promise<void> => await updateSession(async (session) => await session.login('ada'))
    const { done, cookies } = await new NextBrowser().act(login)
    expect([done, cookies]).toMatchObject([{ status: 'rejected', reason: { code: 'INSECURE_COOKIE' } }, []])
    expect(await redstart.sessions.user('ada').list()).toEqual([])
    const secure = await new NextBrowser().act(login, undefined, { headers: { 'x-forwarded-proto': 'https' } })
    expect(secure.cookies).toEqual([expect.stringMatching(/^__Host-sid=u1\..*; Secure; HttpOnly/)])
  })
})

describe('after()', () => {
  it('may change data, and sees what the action did', async () => {
    const { updateSession, getSession } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => {
      await updateSession(async (session) => await session.login('ada'))
      after(async () => await updateSession((session) => void (session.note = `${session.userId} was here`)))
    })
    expect((await browser.page(getSession)).note).toBe('ada was here')
  })

  it.each([true, false])(
    'signs nobody in, begins no session and changes no secret: was used before %s',
    async (used) => {
      const { updateSession, getSession, redstart } = madeSessions()
      const browser = new NextBrowser()
      const codes: unknown[] = []
      const trying = (change: Parameters<typeof updateSession>[0]) => async (): Promise<void> => {
        await updateSession(change).catch((error: unknown) => codes.push((error as { code: unknown }).code))
      }
      const cookies: unknown[] = []
      for (const change of [
        trying(async (session) => await session.login('ada')),
        trying((session) => (session.views = 1)),
      ]) {
        const acted = await browser.act(async () => {
          if (used) await getSession()
          after(change)
        })
        cookies.push(...acted.cookies)
      }
      expect([codes, cookies]).toEqual([['HEADERS_SENT', 'HEADERS_SENT'], []])
      expect(await redstart.sessions.user('ada').list()).toEqual([])
      await browser.act(async () => await updateSession(async (session) => await session.login('ada')))
      await browser.act(async () => {
        after(trying(async (session) => await session.rotate()))
        await Promise.resolve()
      })
      expect([codes.at(-1), codes.length, (await browser.page(getSession)).userId]).toEqual(['HEADERS_SENT', 3, 'ada'])
    },
  )

  it('ends a session, whose cookie is worth nothing then', async () => {
    const { updateSession, getSession, redstart } = madeSessions()
    const browser = new NextBrowser()
    await browser.act(async () => await updateSession(async (session) => await session.login('ada')))
    await browser.act(async () => {
      after(async () => await updateSession(async (session) => await session.logout()))
      await Promise.resolve()
    })
    expect([(await browser.page(getSession)).userId, await redstart.sessions.user('ada').list()]).toEqual([
      undefined,
      [],
    ])
  })
})
