import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, RequestSession, Session } from '../../../src/index.ts'
import { type Browser, closeAll, codeOf, openInstance, type Opened } from '../browser.ts'
import { interrupted } from '../interrupted.ts'

/** Whom a classic library means, and what of a session goes on for whom. */
export function followingTests(backend: () => Backend): void {
  afterAll(closeAll)

  const passport = async (browser: Browser, user: unknown): Promise<void> => {
    await anew(browser, (session) => void (user !== undefined && (session['passport'] = { user })))
  }

  describe('after regenerate()', () => {
    it('to nothing the cookie is cleared, and what the next request stores is stored', async () => {
      const { browser: visit, of } = openInstance(backend())
      const browser = visit()
      await browser.request((session) => (session['a'] = 1))
      const { cookie } = await anew(browser, () => undefined)
      expect(cookie).toEqual({ kind: 'clear' })
      await browser.request((session) => (session['b'] = 1))
      expect([await browser.read('a'), await browser.read('b'), of('session.lost')]).toEqual([undefined, 1, []])
    })

    it('no cookie is sent of a session that began and ended in the same request', async () => {
      const { browser: visit, of } = openInstance(backend())
      const browser = visit()
      await browser.request((session) => void Object.assign(session, { passport: { user: 1 }, csrf: 'x' }))
      // As Passport signs out.
      const { cookie } = await browser.request(async (session, request) => {
        Reflect.deleteProperty(session, 'passport')
        await session.save()
        await session.regenerate()
        return request.session
      })
      expect(cookie).toEqual({ kind: 'clear' })
      const first = await visit().request(async (session) => {
        session['csrf'] = 'y'
        await session.save()
        await session.regenerate()
      })
      expect(first.cookie).toEqual({ kind: 'clear' })
      await browser.request((session) => (session['csrf'] = 'z'))
      expect([await browser.read('csrf'), of('session.lost')]).toEqual(['z', []])
    })

    it('no message from before is shown: to the same user, to the next one, or to nobody', async () => {
      for (const next of [1, 2, undefined]) {
        const browser = openInstance(backend()).browser()
        await passport(browser, 1)
        await browser.request((session) => session.addFlash('note', 'of 1'))
        const { value } = await anew(browser, (session) => {
          if (next !== undefined) session['passport'] = { user: next }
          const taken = session.takeFlash('note')
          session.addFlash('note', 'new')
          return taken
        })
        expect(value).toEqual([])
        const shown = await browser.request((session) => [session.userId, session.takeFlash('note')])
        expect(shown.value).toEqual([next === undefined ? undefined : String(next), ['new']])
      }
    })

    it('the same user is as fresh as before, and where it was', async () => {
      const { browser: visit, sessions } = openInstance(backend(), {
        sessions: { binding: { userAgent: 'step-up' } },
      })
      const browser = visit()
      const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0'
      browser.who = { userAgent: firefox }
      await browser.request(async (session) => await session.login(1, { roles: ['chef'], methods: ['pwd'] }))
      const fresh = async (): Promise<string | undefined> =>
        await codeOf(browser.request((session) => session.requireFresh('5m')))
      const known = async (): Promise<object> => await sessions.introspect(browser.cookie ?? '')
      expect(await fresh()).toBeUndefined()
      const { authenticated } = { authenticated: undefined, ...(await known()) }
      await passport(browser, 1)
      expect(await known()).toMatchObject({ authenticated, roles: ['chef'], methods: ['pwd'] })
      // A thief finds a route that begins anew with the same data.
      browser.who = { userAgent: 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36' }
      expect(await fresh()).toBe('NOT_FRESH')
      for (const maxAge of [undefined, 86_400_000]) {
        await anew(browser, (session) => {
          session['passport'] = { user: 1 }
          if (maxAge !== undefined) session.cookie.maxAge = maxAge
        })
        expect([await browser.userId(), await fresh()]).toEqual(['1', 'NOT_FRESH'])
      }
      expect((await sessions.user(1).list()).map(({ device }) => device.userAgent)).toEqual([
        expect.stringContaining('Firefox'),
      ])
      await browser.request(async (session) => await session.elevate())
      expect(await fresh()).toBeUndefined()
    })
  })

  describe('after regenerate() and save(), with the data from before put back', () => {
    /** What some do by hand that Passport calls keepSessionInfo. */
    const putBack = async (
      session: Session,
      request: RequestSession,
      between?: () => Promise<unknown>,
    ): Promise<void> => {
      const old = Object.fromEntries(Object.entries(session))
      await session.regenerate()
      await request.session?.save()
      await between?.()
      Object.assign(request.session ?? {}, old)
    }

    it('the same user is as fresh as before, has the same roles, and all of the data', async () => {
      const { browser: visit, sessions, of } = openInstance(backend())
      const browser = visit()
      await browser.request(async (session) => {
        await session.login(1, { roles: ['chef'], methods: ['otp'], remember: true })
        Object.assign(session, { passport: { user: 1 }, cart: [1], returnTo: '/x' })
      })
      const known = async (): Promise<object> => await sessions.introspect(browser.cookie ?? '')
      const { authenticated } = { authenticated: undefined, ...(await known()) }
      const old = browser.copy()
      for (const _ of [1, 2]) await browser.request(putBack)
      expect(await known()).toMatchObject({ active: true, authenticated, roles: ['chef'], methods: ['otp'] })
      expect((await browser.request((session) => [session['cart'], session['returnTo']])).value).toEqual([[1], '/x'])
      expect([await old.userId(), (await sessions.user(1).list()).length]).toEqual([undefined, 1])
      expect(of('session.created').map(({ reason }) => reason)).toEqual(['login', 'elevation', 'elevation'])
    })

    it('nobody who was asked for a step-up gets around it', async () => {
      const browser = openInstance(backend(), { sessions: { binding: { ip: 'step-up' } } }).browser()
      browser.who = { ip: '203.0.113.7' }
      await passport(browser, 1)
      browser.who = { ip: '198.51.100.1' }
      const fresh = async (): Promise<string | undefined> =>
        await codeOf(browser.request((session) => session.requireFresh('5m')))
      expect(await fresh()).toBe('NOT_FRESH')
      await browser.request(putBack)
      expect(await fresh()).toBe('NOT_FRESH')
      // Nor by taking the user out of the data and putting it back.
      await browser.request(async (session) => {
        const { passport: user } = session
        Reflect.deleteProperty(session, 'passport')
        await session.save()
        session['passport'] = user
      })
      expect([await browser.userId(), await fresh()]).toEqual(['1', 'NOT_FRESH'])
    })

    it.each(['before', 'meanwhile'])('a session that was revoked %s does not come back', async (when) => {
      const { browser: visit, sessions } = openInstance(backend())
      const browser = visit()
      await passport(browser, 1)
      const revoked = async (): Promise<unknown> => await sessions.user(1).revokeAll()
      const code = await codeOf(
        browser.request(async (session, request) => {
          if (when === 'before') await revoked()
          await putBack(session, request, when === 'meanwhile' ? revoked : undefined)
        }),
      )
      // What is revoked after it was replaced has ended already: the user is who goes on.
      expect([code, (await sessions.user(1).list()).length]).toEqual(
        when === 'before' ? ['NOT_SIGNED_IN', 0] : [undefined, 1],
      )
    })

    it('another user than before has signed in', async () => {
      const { browser: visit, of } = openInstance(backend())
      const browser = visit()
      await browser.login(1, { roles: ['chef'] })
      await browser.request(async (session, request) => {
        await session.regenerate()
        await request.session?.save()
        Object.assign(request.session ?? {}, { passport: { user: 2 } })
      })
      const { value } = await browser.request((session) => {
        session.requireFresh('5m')
        return [session.userId, session.hasRole('chef')]
      })
      expect(value).toEqual(['2', false])
      expect(of('session.created').map(({ reason }) => reason)).toEqual(['login', 'login'])
    })
  })

  describe('a user who changes in the data', () => {
    it('has what this request sets, and nothing else of the one before', async () => {
      const { browser: visit, sessions } = openInstance(backend(), {
        sessions: { identify: ({ uid }) => (typeof uid === 'string' ? uid : undefined) },
      })
      const browser = visit()
      await browser.request((session) => {
        Object.assign(session, { uid: 'A', secret: 'of A', seen: 1 })
        session.addFlash('note', 'for A')
      })
      await browser.request((session) => {
        Object.assign(session, { uid: 'B', seen: 2 })
        session.addFlash('note', 'for B')
      })
      const { value } = await browser.request((session) => [
        session.userId,
        Object.fromEntries(Object.entries(session)),
        session.takeFlash('note'),
      ])
      expect(value).toEqual(['B', { uid: 'B', seen: 2 }, ['for B']])
      await browser.request((session) => (session['later'] = 1))
      expect([await browser.userId(), await sessions.user('A').list()]).toEqual(['B', []])
    })

    it('leaves no messages behind, but for those of the log-out', async () => {
      const browser = openInstance(backend()).browser()
      await passport(browser, 1)
      await browser.request((session) => session.addFlash('note', 'for 1'))
      await browser.request((session) => {
        Reflect.deleteProperty(session, 'passport')
        session.addFlash('note', 'bye')
      })
      const { value } = await browser.request((session) => [session.userId, session.takeFlash('note')])
      expect(value).toEqual([undefined, ['bye']])
    })
  })

  describe('a log-in that fails', () => {
    /** The user has as many as may be once it is too late to leave everything as it was. */
    const full = (): Opened => {
      const place = interrupted(backend())
      const opened = openInstance(place.backend, { sessions: { limit: { max: 1, onExceed: 'reject' } } })
      place.before = async () => await opened.browser().login('full')
      return opened
    }
    /** Nothing is stored of a request that is answered so. */
    const failing = async (
      { sessions }: Opened,
      browser: Browser,
      handler: (session: Session) => Promise<unknown>,
    ): Promise<RequestSession['cookie']> => {
      const request = await sessions.open(browser.cookie === undefined ? [] : [browser.cookie], {})
      expect(await codeOf(handler(request.session as Session))).toBe('SESSION_LIMIT')
      browser.receive(request)
      return request.cookie
    }

    it("leaves a visitor what there was, though the handler's answer is that it failed", async () => {
      const opened = full()
      const browser = opened.browser()
      await browser.request((session) => {
        Object.assign(session, { cart: [1], state: 'x' })
        session.addFlash('note', 'kept')
      })
      const before = browser.copy()
      const cookie = await failing(opened, browser, async (session) => {
        session['cart'] = [2]
        await session.login('full')
      })
      expect(cookie?.kind).toBe('set')
      const { value } = await browser.request((session) => [
        Object.fromEntries(Object.entries(session)),
        session.takeFlash('note'),
      ])
      expect(value).toEqual([{ cart: [1], state: 'x' }, ['kept']])
      expect((await before.send(({ id }) => id)).refused).toBe('ended')
      await browser.request((session) => (session['more'] = 1))
      expect([await browser.read('more'), opened.of('session.lost')]).toEqual([1, []])
    })

    it('has what its handler does with the data stored with them, where it goes on', async () => {
      const { browser: visit } = full()
      const browser = visit()
      await browser.request((session) => void Object.assign(session, { a: 1, b: 1, c: 1 }))
      await browser.request(async (session) => {
        session['a'] = 2
        Reflect.deleteProperty(session, 'b')
        session.addFlash('note', 'full')
        expect(await codeOf(session.login('full'))).toBe('SESSION_LIMIT')
        session['d'] = 1
      })
      const { value } = await browser.request((session) => [
        Object.fromEntries(Object.entries(session)),
        session.takeFlash('note'),
      ])
      expect(value).toEqual([{ a: 2, c: 1, d: 1 }, ['full']])
    })

    it('of a user clears the cookie, and what comes afterwards is stored', async () => {
      const opened = full()
      const browser = opened.browser()
      await browser.login('other')
      await browser.request((session) => (session['mine'] = 1))
      expect(await failing(opened, browser, async (session) => await session.login('full'))).toEqual({ kind: 'clear' })
      await browser.request((session) => (session['next'] = 1))
      expect(await browser.request((session) => Object.fromEntries(Object.entries(session)))).toMatchObject({
        value: { next: 1 },
      })
    })

    it('after regenerate() brings nothing of before back', async () => {
      const opened = full()
      const browser = opened.browser()
      await browser.request((session) => (session['old'] = 1))
      const { sessions } = opened
      const request = await sessions.open([browser.cookie ?? ''], {})
      await request.session?.regenerate()
      Object.assign(request.session ?? {}, { passport: { user: 'full' } })
      expect([await codeOf(request.commit()), request.cookie]).toEqual(['SESSION_LIMIT', { kind: 'clear' }])
    })
  })
}

/** A request that begins anew, as libraries do before a log-in. */
async function anew<T>(browser: Browser, handler: (session: Session) => T): ReturnType<typeof browser.request<T>> {
  return await browser.request(async (session, request) => {
    await session.regenerate()
    if (request.session === undefined) throw new Error('there is no session')
    return handler(request.session)
  })
}
