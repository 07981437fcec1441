import { afterAll, describe, expect, it } from 'vitest'
import type { Backend } from '../../../src/index.ts'
import { closeAll, codeOf, openInstance, times } from '../browser.ts'

/** What a session can hold. */
export function dataTests(backend: () => Backend): void {
  afterAll(closeAll)

  describe('data', () => {
    it('are refused under names that no field may have, and nothing is stored then', async () => {
      const browser = openInstance(backend()).browser()
      const names = [
        '',
        ':flash',
        'a b',
        'ä',
        'x'.repeat(65),
        'a\0b',
        'login',
        'userId',
        'constructor',
        'hasOwnProperty',
      ]
      for (const name of names) {
        const set = browser.request((session) => {
          session['a'] = 1
          session[name] = 1
        })
        expect([name, await codeOf(set)]).toEqual([name, 'INVALID_ARGUMENT'])
        const define = browser.request(
          (session) => void Object.defineProperty(session, name, { value: 1, enumerable: true }),
        )
        expect([name, await codeOf(define)]).toEqual([name, 'INVALID_ARGUMENT'])
        const update = browser.request(async (session) => await session.update(name, () => 1))
        expect([name, await codeOf(update)]).toEqual([name, 'INVALID_ARGUMENT'])
      }
      expect(browser.cookie).toBeUndefined()
      await browser.request((session) => (session['x'.repeat(64)] = 1))
      expect(await browser.read('x'.repeat(64))).toBe(1)
    })

    it('cannot change what a session is', async () => {
      const browser = openInstance(backend()).browser()
      const planted: unknown = JSON.parse('{"__proto__":{"userId":"admin"},"a":1}')
      const assign = browser.request((session) => void Object.assign(session, planted))
      expect(await codeOf(assign)).toBe('INVALID_ARGUMENT')
      await browser.request((session) => (session['nested'] = planted))
      const { value } = await browser.request((session) => [session.userId, Object.keys(session['nested'] as object)])
      expect(value).toEqual([undefined, ['__proto__', 'a']])
      expect(Object.hasOwn(Object.prototype, 'userId')).toBe(false)
    })

    it.each([
      ['65 fields', Object.fromEntries(times(65, (n) => [`f${n}`, n]))],
      ['a field beyond 64 KiB', { a: 'x'.repeat(64 * 1024) }],
      ['more than 256 KiB', Object.fromEntries(times(5, (n) => [`f${n}`, 'x'.repeat(60_000)]))],
    ])('are refused where they are too many: %s', async (_, data) => {
      const browser = openInstance(backend()).browser()
      const set = async (session: object): Promise<void> => void Object.assign(session, data)
      expect(await codeOf(browser.request(set))).toBe('VALUE_TOO_LARGE')
      await browser.request((session) => (session['a'] = 'small'))
      expect(await codeOf(browser.request(set))).toBe('VALUE_TOO_LARGE')
      expect(await codeOf(browser.request(async (session) => (await set(session), await session.login(1))))).toBe(
        'VALUE_TOO_LARGE',
      )
      // Nothing was ended for it.
      expect(await browser.read('a')).toBe('small')
    })

    it('may be as many as there may be', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request(
        (session) => void Object.assign(session, Object.fromEntries(times(64, (n) => [`f${n}`, n]))),
      )
      expect(await codeOf(browser.request((session) => (session['one more'.slice(0, 3)] = 1)))).toBe('VALUE_TOO_LARGE')
      await browser.request((session) => void Object.assign(session, { f0: 'x'.repeat(64 * 1024 - 2) }))
      expect(String(await browser.read('f0'))).toHaveLength(64 * 1024 - 2)
    })

    it('full by two requests at once is refused to the second', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request(
        (session) => void Object.assign(session, Object.fromEntries(times(63, (n) => [`f${n}`, n]))),
      )
      const codes = await Promise.all(
        ['a', 'b'].map(
          async (field) =>
            await codeOf(
              browser.copy().send(async (session) => {
                session[field] = 1
              }),
            ),
        ),
      )
      expect(codes.filter((code) => code === 'VALUE_TOO_LARGE')).toHaveLength(1)
    })

    it('that cannot be stored are refused, and all that can comes back as it was', async () => {
      const browser = openInstance(backend()).browser()
      expect(await codeOf(browser.request((session) => (session['f'] = () => 1)))).toBe('UNSUPPORTED_VALUE')
      const values = {
        date: new Date(5),
        map: new Map([[1, new Set([2])]]),
        big: 5n,
        nothing: null,
        bytes: new Uint8Array([1, 2]),
      }
      await browser.request((session) => void Object.assign(session, values))
      expect((await browser.request((session) => Object.fromEntries(Object.entries(session)))).value).toEqual(values)
    })

    it('changed within an object are found, and what nobody changed is not stored again', async () => {
      const browser = openInstance(backend()).browser()
      await browser.request((session) => (session['cart'] = { a: { count: 1 } }))
      await browser.request((session) => void ((session['cart'] as { a: { count: number } }).a.count += 1))
      expect(await browser.read('cart')).toEqual({ a: { count: 2 } })
      await browser.request((session) => void Reflect.deleteProperty(session, 'cart'))
      expect((await browser.request((session) => Object.keys(session))).value).toEqual([])
    })
  })

  describe('a user id', () => {
    it.each(['', 'x'.repeat(257), 'ä'.repeat(129), '\ud800', 1.5, Number.NaN, 2 ** 53, null, undefined, {}, true])(
      'cannot be %j',
      async (userId) => {
        const { browser, sessions } = openInstance(backend())
        // What JavaScript may pass.
        const wrong = userId as string
        expect(await codeOf(browser().request(async (session) => await session.login(wrong)))).toBe('INVALID_ARGUMENT')
        expect(await codeOf((async () => sessions.user(wrong))())).toBe('INVALID_ARGUMENT')
        expect(await codeOf(sessions.create({ userId: wrong }))).toBe('INVALID_ARGUMENT')
      },
    )

    it('is text or a whole number, which are the same user where they read the same', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      for (const id of ['42', 42, 'ä'.repeat(128), ' ', 'a:b}{', '__proto__', -1]) {
        const browser = visit()
        await browser.login(id)
        expect(await browser.userId()).toBe(String(id))
      }
      expect(await sessions.user(42).list()).toHaveLength(2)
    })
  })
}
