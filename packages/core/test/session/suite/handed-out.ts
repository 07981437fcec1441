import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { at, closeAll, codeOf, openInstance } from '../browser.ts'

/** What an application does with what it is told of a session changes nobody's session. */
export function handedOutTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('what is told of a session', () => {
    it('belongs to who asked: nobody gets a role by it', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browser = visit()
      await browser.login(1, { roles: ['guest'], methods: ['pwd'] })
      const known = await sessions.introspect(browser.cookie ?? '')
      if (!known.active) throw new Error('it is not active')
      // Untyped code may do so.
      Reflect.apply(Array.prototype.push, known.roles, ['admin'])
      Reflect.apply(Array.prototype.push, known.methods, ['otp'])
      expect((await browser.request((session) => session.hasRole('admin'))).value).toBe(false)
      expect(await sessions.introspect(browser.cookie ?? '')).toMatchObject({ roles: ['guest'], methods: ['pwd'] })
    })

    it('may be changed for display: a device stays what it was', async () => {
      const { browser: visit, sessions } = openInstance(backend(), { sessions: { binding: { userAgent: 'revoke' } } })
      const browser = visit()
      browser.who = { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0' }
      await browser.login(1)
      const own = async (): Promise<object> => at(await sessions.user(1).list(), 0).device
      const { value } = await browser.request(async (session) => at(await session.devices(), 0).device)
      for (const device of [value, await own()]) Reflect.set(device, 'userAgent', 'You')
      expect(await own()).toMatchObject({ userAgent: expect.stringContaining('Firefox') })
      expect(await browser.userId()).toBe('1')
    })

    it('has nothing of what the caller keeps: arrays that change later, or that cannot', async () => {
      const browser = openInstance(backend()).browser()
      const roles = ['guest']
      const methods = Object.freeze(['pwd'])
      const { value } = await browser.request(async (session) => {
        await session.login(1, { roles, methods })
        roles.push('admin')
        const before = session.hasRole('admin')
        await session.elevate()
        return [before, session.hasRole('admin'), session.hasRole('guest')]
      })
      expect(value).toEqual([false, false, true])
      expect((await browser.request((session) => session.hasRole('admin'))).value).toBe(false)
    })

    it.each(['roles', 'methods'])('is checked before anything is ended: %s', async (option) => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => (session['cart'] = 1))
      for (const given of ['admin', [1], null, { 0: 'admin' }])
        expect(
          await codeOf(
            browser.request(async (session) => await Reflect.apply(session.login, session, [1, { [option]: given }])),
          ),
        ).toBe('INVALID_ARGUMENT')
      expect([await browser.userId(), await browser.read('cart')]).toEqual([undefined, 1])
    })
  })
}
