import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { closeAll, codeOf, openInstance } from '../browser.ts'

/** How users sign in and out, by an application or by the libraries of others. */
export function signingInTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('a log-in', () => {
    it('gives another id and another cookie, keeps what a visitor had but for what belongs to the log-in', async () => {
      const { browser: visit, of } = openInstance(backend())
      const browser = visit()
      await browser.request(
        (session) => void Object.assign(session, { cart: [1], state: 'x', nonce: 'y', returnTo: '/z' }),
      )
      const [planted, { value: before }] = [browser.copy(), await browser.request(({ id }) => id)]
      await browser.request(async (session) => {
        session['late'] = 1
        await session.login(1, { methods: ['pwd'], roles: ['chef'] })
      })
      const { value } = await browser.request((session) => [
        session.id === before,
        new Set(Object.keys(session)),
        session.userId,
      ])
      expect(value).toEqual([false, new Set(['cart', 'late']), '1'])
      expect((await planted.send(({ userId }) => userId)).refused).toBe('ended')
      expect(of('session.created').map(({ reason }) => reason)).toEqual(['anonymous', 'login'])
      expect(of('session.ended').map(({ reason }) => reason)).toEqual(['replaced'])
    })

    it('of another user keeps nothing', async () => {
      const browser = openInstance(backend()).browser()
      await browser.login(1)
      await browser.request((session) => (session['mine'] = 1))
      await browser.login(2)
      expect((await browser.request((session) => [session.userId, Object.keys(session)])).value).toEqual(['2', []])
    })

    it('again knows nothing of the roles and methods of the one before, and elevate() all of it', async () => {
      const browser = openInstance(backend()).browser()
      await browser.login(1, { methods: ['pwd'], roles: ['chef'], remember: true })
      const first = browser.copy()
      const elevated = await browser.request(async (session) => await session.elevate({ methods: ['pwd', 'otp'] }))
      expect(elevated.cookie).toMatchObject({ kind: 'set', maxAge: 90 * 86_400_000 })
      expect(await first.userId()).toBeUndefined()
      const { value } = await browser.request((session) => session.hasRole('chef'))
      expect(value).toBe(true)
      await browser.login(1)
      expect((await browser.request((session) => session.hasRole('chef'))).value).toBe(false)
      expect(
        await codeOf(
          openInstance(backend())
            .browser()
            .request(async (session) => await session.elevate()),
        ),
      ).toBe('NOT_SIGNED_IN')
    })

    it('that is refused leaves a visitor what there was, and of a user nothing', async () => {
      const { browser: visit } = openInstance(backend(), { sessions: { limit: { max: 1, onExceed: 'reject' } } })
      await visit().login('full')
      const [visitor, user] = [visit(), visit()]
      await visitor.request((session) => void Object.assign(session, { cart: [1], seen: 1 }))
      await user.login('other')
      await user.request((session) => (session['cart'] = [2]))
      for (const browser of [visitor, user]) {
        await browser.request(async (session) => {
          session['seen'] = 2
          expect(await codeOf(session.login('full'))).toBe('SESSION_LIMIT')
        })
        expect(await browser.userId()).toBeUndefined()
      }
      expect([await visitor.read('cart'), await visitor.read('seen')]).toEqual([[1], 2])
      expect([await user.read('cart'), await user.read('seen')]).toEqual([undefined, undefined])
    })

    it('that is refused changes nothing of what a visitor had', async () => {
      const { browser: visit, of } = openInstance(backend(), { sessions: { limit: { max: 1, onExceed: 'reject' } } })
      await visit().login('full')
      const visitor = visit()
      await visitor.request((session) => (session['cart'] = [1]))
      const tab = visitor.copy()
      const told = (): number => of('session.created').length + of('session.ended').length
      const [id, before] = [(await visitor.request((session) => session.id)).value, told()]
      const { cookie } = await visitor.request(async (session) => {
        expect(await codeOf(session.login('full'))).toBe('SESSION_LIMIT')
      })
      expect([cookie, told()]).toEqual([undefined, before])
      for (const browser of [visitor, tab])
        expect((await browser.request((session) => [session.id, session['cart']])).value).toEqual([id, [1]])
    })

    it('sends its cookie even where the one that came was replaced', async () => {
      const browser = openInstance(backend()).browser()
      await browser.login(1)
      const stale = browser.copy()
      await browser.login(1)
      expect((await stale.request((session) => (session['lost'] = 1))).refused).toBe('ended')
      expect(await stale.read('lost')).toBeUndefined()
      await stale.login(2)
      expect([await stale.userId(), await browser.userId()]).toEqual(['2', '1'])
    })
  })

  describe('a log-out', () => {
    it("ends it for every copy of the cookie, and what is stored afterwards is a visitor's", async () => {
      const { browser: visit, sessions, of } = openInstance(backend())
      const browser = visit()
      await browser.login(1)
      const copy = browser.copy()
      const answer = await browser.request(async (session) => {
        await session.logout()
        session['bye'] = 1
      })
      expect([answer.userId, await copy.userId(), await sessions.user(1).list()]).toEqual([undefined, undefined, []])
      expect(await browser.read('bye')).toBe(1)
      expect(of('session.ended').map(({ reason }) => reason)).toEqual(['logout'])
    })
  })

  describe('what libraries keep in the data', () => {
    it('signs in, changes the user and signs out', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browser = visit()
      await browser.request((session) => (session['cart'] = 1))
      const visitor = browser.copy()
      const classic = async (user: unknown): Promise<void> => {
        await browser.request(async (session, request) => {
          await session.regenerate()
          const { session: fresh } = request
          if (fresh !== undefined && user !== undefined) fresh['passport'] = { user }
        })
      }
      await classic('u1')
      expect(await browser.request((session) => [session.userId, session['cart']])).toMatchObject({
        value: ['u1', undefined],
      })
      expect([await sessions.user('u1').list(), await visitor.userId()]).toEqual([[expect.anything()], undefined])
      await classic({ id: 2, name: 'b' })
      expect([await browser.userId(), await sessions.user('u1').list()]).toEqual(['2', []])
      const signedIn = browser.copy()
      await browser.request((session) => {
        Reflect.deleteProperty(session, 'passport')
        session['kept'] = 1
      })
      expect(await browser.request((session) => [session.userId, session['kept']])).toMatchObject({
        value: [undefined, 1],
      })
      expect([await signedIn.userId(), await sessions.user(2).list()]).toEqual([undefined, []])
      await classic(3)
      await sessions.user(3).revokeAll()
      expect(await browser.userId()).toBeUndefined()
      expect(await codeOf(classic({ name: 'no id' }))).toBe('INVALID_ARGUMENT')
    })

    it('does not bring back a session that was revoked while it was regenerated', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browser = visit()
      await browser.request((session) => (session['passport'] = { user: 1 }))
      const code = await codeOf(
        browser.request(async (session, request) => {
          await session.regenerate()
          Object.assign(request.session ?? {}, { passport: { user: 1 } })
          await sessions.user(1).revokeAll()
        }),
      )
      expect([code, await sessions.user(1).list()]).toEqual(['NOT_SIGNED_IN', []])
    })
  })
}
