import { afterAll, describe, expect, it } from 'vitest'
import type { Backend, SessionOptions, StandardSchemaV1 } from '../../../src/index.ts'
import { at, type Browser, closeAll, codeOf, keepSecret, openInstance, times } from '../browser.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1'

/** What sessions can do. */
export function surfaceTests(backend: () => Backend): void {
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
        Object.keys(session),
        session.userId,
      ])
      expect(value).toEqual([false, ['cart', 'late'], '1'])
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

  describe('what a handler may ask for', () => {
    it('is a user, a role or a recent log-in', async () => {
      const browser = openInstance(backend()).browser()
      const ask = async (
        work: (session: Parameters<Parameters<Browser['request']>[0]>[0]) => unknown,
      ): Promise<unknown> => await codeOf(browser.request(async (session) => await work(session)))
      expect(await ask((session) => session.requireUser())).toBe('NOT_SIGNED_IN')
      expect(await ask((session) => session.requireRole('chef'))).toBe('NOT_SIGNED_IN')
      expect(await ask((session) => session.requireFresh('5m'))).toBe('NOT_SIGNED_IN')
      await browser.login(1, { roles: ['chef'] })
      expect(await ask((session) => session.requireUser())).toBeUndefined()
      expect(await ask((session) => session.requireRole('owner'))).toBe('FORBIDDEN')
      expect(await ask((session) => session.requireRole('owner', 'chef'))).toBeUndefined()
      expect(await ask((session) => session.requireFresh('5m'))).toBeUndefined()
      await new Promise((resolve) => setTimeout(resolve, 10))
      expect(await ask((session) => session.requireFresh(5))).toBe('NOT_FRESH')
      await browser.request(async (session) => await session.elevate())
      expect(await ask((session) => session.requireFresh('5m'))).toBeUndefined()
    })

    it('is a token for forms that is worth nothing elsewhere', async () => {
      const { browser: visit } = openInstance(backend())
      const [browser, other] = [visit(), visit()]
      const { value: tokens } = await browser.request((session) => [session.issueCsrfToken(), session.issueCsrfToken()])
      expect(at(tokens, 0)).not.toBe(at(tokens, 1))
      const verified = async (of: Browser, text: unknown): Promise<unknown> =>
        (await of.request((session) => session.verifyCsrfToken(text))).value
      for (const token of tokens)
        expect([await verified(browser, token), await verified(other, token)]).toEqual([true, false])
      await other.request((session) => session.issueCsrfToken())
      expect(await verified(other, tokens[0])).toBe(false)
      for (const bad of ['', 'x', `${at(tokens, 0)}x`, undefined, null, 5, [], 'x'.repeat(10_000)])
        expect(await verified(browser, bad)).toBe(false)
      await browser.login(1)
      expect(await verified(browser, tokens[0])).toBe(false)
    })

    it('is what devices there are, and their ends', async () => {
      const { browser: visit, sessions, of } = openInstance(backend())
      const [phone, desk] = [visit(), visit()]
      phone.who = { ip: '203.0.113.7', userAgent: SAFARI }
      desk.who = { ip: '2001:db8::1', userAgent: FIREFOX }
      await phone.login(1)
      await desk.login(1)
      const { value: devices } = await desk.request(async (session) => await session.devices())
      const other = devices.find(({ current }) => !current)
      expect(devices).toHaveLength(2)
      expect(other?.device).toEqual({
        network: '203.0.113.0/24',
        userAgent: expect.stringContaining('Safari'),
        kind: 'mobile',
      })
      expect(other && other.expires.getTime() - other.lastUsed.getTime()).toBe(30 * 60_000)
      expect(await sessions.user(2).revoke(other?.id ?? '')).toBe(false)
      expect(await sessions.user(1).revoke('nonsense')).toBe(false)
      expect(await phone.userId()).toBe('1')
      expect(await sessions.user(1).revoke(other?.id ?? '')).toBe(true)
      expect(await sessions.user(1).revoke(other?.id ?? '')).toBe(false)
      expect([await phone.userId(), await desk.userId()]).toEqual([undefined, '1'])
      expect(of('session.ended').map(({ sid, reason }) => ({ sid, reason }))).toEqual([
        { sid: other?.id, reason: 'revoked' },
      ])
    })
  })

  describe('a use from elsewhere', () => {
    const open = async (
      binding: NonNullable<SessionOptions['binding']>,
    ): Promise<{ opened: ReturnType<typeof openInstance>; browser: Browser; thief: Browser }> => {
      const opened = openInstance(backend(), { sessions: { binding } })
      const browser = opened.browser()
      browser.who = { ip: '203.0.113.7', userAgent: FIREFOX }
      await browser.login(1)
      const thief = browser.copy()
      return { opened, browser, thief }
    }

    it('is an event, and the next address of the same network is none', async () => {
      const { opened, browser, thief } = await open({})
      thief.who = { ip: '198.51.100.1', userAgent: SAFARI }
      expect(await thief.userId()).toBe('1')
      expect(opened.of('session.binding').map(({ what, policy }) => `${what} ${policy}`)).toEqual([
        'ip log',
        'userAgent log',
      ])
      browser.who = { ip: '203.0.113.200', userAgent: FIREFOX.replaceAll('130', '131') }
      expect(await browser.userId()).toBe('1')
      expect(opened.of('session.binding')).toHaveLength(2)
    })

    it('asks for a step-up until the next log-in, from wherever', async () => {
      const { browser, thief } = await open({ ip: 'step-up', userAgent: 'off' })
      const fresh = async (of: Browser): Promise<unknown> =>
        await codeOf(of.request((session) => session.requireFresh('5m')))
      expect(await fresh(browser)).toBeUndefined()
      thief.who = { ip: '198.51.100.1', userAgent: SAFARI }
      expect(await fresh(thief)).toBe('NOT_FRESH')
      expect(await fresh(browser)).toBe('NOT_FRESH')
      await browser.request(async (session) => await session.elevate())
      expect(await fresh(browser)).toBeUndefined()
    })

    it('ends the session where a policy says so', async () => {
      const { opened, browser, thief } = await open({ ip: 'off', userAgent: 'revoke' })
      thief.who = { ip: '198.51.100.1', userAgent: SAFARI }
      expect(await thief.send((session) => session.userId)).toMatchObject({ value: undefined, refused: 'binding' })
      expect(await browser.userId()).toBeUndefined()
      expect(opened.of('session.ended').map(({ reason }) => reason)).toEqual(['binding'])
      expect(await opened.sessions.user(1).list()).toEqual([])
    })
  })

  describe('data of another version', () => {
    it('are brought up to date a step at a time, and stored so when anything is', async () => {
      const place = backend()
      const old = openInstance(place)
      const browser = old.browser()
      await browser.login(1)
      await browser.request((session) => void Object.assign(session, { name: 'Ada Lovelace', left: 1 }))
      const migrate = {
        2: ({ name, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, names: String(name).split(' ') }),
        3: (data: Readonly<Record<string, unknown>>) => ({ ...data, count: 0 }),
      }
      const next = openInstance(place, { app: old.app, sessions: { version: 3, migrate } })
      const tab = browser.copy(next.sessions)
      const read = async (): Promise<unknown> =>
        (await tab.request((session) => Object.fromEntries(Object.entries(session)))).value
      expect(await read()).toEqual({ left: 1, names: ['Ada', 'Lovelace'], count: 0 })
      const later = openInstance(place, {
        app: old.app,
        sessions: { version: 3, migrate: { 3: () => expect.fail('again') } },
      })
      expect(await browser.copy(later.sessions).read('count')).toBe(0)
    })

    it('that do not fit are left out a field at a time and told, and the rest is there', async () => {
      const place = backend()
      const old = openInstance(place)
      const browser = old.browser()
      await browser.request((session) => void Object.assign(session, { good: 1, bad: 'canary-in-data', worse: {} }))
      keepSecret('canary-in-data')
      const next = openInstance(place, { app: old.app, sessions: { schema: numbers } })
      expect(
        (await browser.copy(next.sessions).request((session) => Object.fromEntries(Object.entries(session)))).value,
      ).toEqual({ good: 1, total: 0 })
      expect(new Set(next.of('session.rejected').map(({ field }) => field))).toEqual(new Set(['bad', 'worse']))
      for (const sessions of [
        { schema: null, version: 1 },
        { schema: answering(() => ({ value: null })) },
        { schema: answering(() => ({ value: [1] })) },
        { schema: answering(() => ({ value: { f: () => 1, login: 1, 'a b': 1 } })) },
        { schema: answering(() => ({ issues: [{ message: 'no' }] })) },
        {
          version: 1,
          migrate: {
            1: () => {
              throw new Error('canary-in-data')
            },
          },
        },
        // What JavaScript may return.
        { version: 1, migrate: { 1: () => null as unknown as Record<string, unknown> } },
      ]) {
        const { schema, ...rest } = sessions as { schema?: StandardSchemaV1 | null }
        const odd = openInstance(place, {
          app: old.app,
          sessions: { ...rest, ...(schema && { schema }) } as SessionOptions,
        })
        const answer = await browser.copy(odd.sessions).send((session) => typeof session.login)
        expect([answer.value, answer.refused]).toEqual(['function', undefined])
      }
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

  describe('a visitor', () => {
    it('who stores nothing has no session, and an address may begin so many', async () => {
      const { browser: visit } = openInstance(backend(), { sessions: { anonymousLimit: { max: 3 } } })
      const begin = async (ip?: string): Promise<unknown> => {
        const browser = visit()
        browser.who = ip === undefined ? {} : { ip }
        expect(await browser.request((session) => session['a'])).toMatchObject({ value: undefined, cookie: undefined })
        return await codeOf(browser.request((session) => (session['a'] = 1)))
      }
      const codes = [
        await begin('203.0.113.1'),
        await begin('203.0.113.2'),
        await begin('203.0.113.3'),
        await begin('203.0.113.4'),
      ]
      expect(codes).toEqual([undefined, undefined, undefined, 'TOO_MANY_SESSIONS'])
      expect([await begin('198.51.100.1'), await begin(), await begin('nonsense')]).toEqual([
        undefined,
        undefined,
        undefined,
      ])
      const user = visit()
      user.who = { ip: '203.0.113.9' }
      await user.login(1)
      expect(await user.userId()).toBe('1')
    })
  })

  describe('what is asked of the sessions themselves', () => {
    it('says what a cookie stands for, and changes nothing', async () => {
      const { browser: visit, sessions } = openInstance(backend(), { sessions: { onReuse: 'revoke', touchAfter: 0 } })
      const browser = visit()
      await browser.login(1, { roles: ['chef'], methods: ['pwd'] })
      const [before] = await sessions.user(1).list()
      const said = await sessions.introspect(browser.cookie ?? '')
      expect(said).toMatchObject({ active: true, userId: '1', roles: ['chef'], methods: ['pwd'] })
      expect((await sessions.user(1).list())[0]).toEqual(before)
      for (const cookie of ['', 'x', `${browser.cookie}x`, '__proto__'])
        expect(await sessions.introspect(cookie)).toEqual({ active: false })
      await browser.request(async (session) => await session.logout())
    })

    it('creates and gets one without a request', async () => {
      const { sessions } = openInstance(backend())
      const { session, cookie } = await sessions.create({ userId: 1, data: { a: 1 }, remember: true })
      expect([session.userId, session['a'], cookie.maxAge]).toEqual(['1', 1, 90 * 86_400_000])
      const found = await sessions.get(cookie.value)
      expect(found?.['a']).toBe(1)
      if (found !== undefined) found['a'] = 2
      await found?.save()
      expect((await sessions.get(cookie.value))?.['a']).toBe(2)
      expect(await sessions.get('nonsense')).toBeUndefined()
    })

    it('counts them', async () => {
      const { browser: visit, sessions } = openInstance(backend())
      const browsers = times(3, visit)
      for (const [n, browser] of browsers.entries()) {
        browser.who = { userAgent: n === 0 ? SAFARI : FIREFOX }
        await browser.login(n)
      }
      await at(browsers, 2).request(async (session) => await session.logout())
      const { active, byDevice, recent, createdPerMinute } = await sessions.statistics({ within: '5m' })
      expect({ active, recent }).toEqual({ active: 2, recent: 2 })
      expect([byDevice.mobile, byDevice.desktop]).toEqual([1, 1])
      expect(createdPerMinute.reduce((sum, each) => sum + each, 0)).toBe(3)
    })

    it('refuses those from before an instant', async () => {
      const place = backend()
      const before = openInstance(place)
      const browser = before.browser()
      await browser.login(1)
      const after = openInstance(place, { app: before.app, sessions: { notBefore: new Date(Date.now() + 3_600_000) } })
      expect((await browser.copy(after.sessions).send(({ userId }) => userId)).refused).toBe('too-early')
      expect(await after.sessions.user(1).list()).toEqual([])
    })
  })

  describe('a stream', () => {
    it('hears when its session ends, wherever that is done, and only then', async () => {
      const place = backend()
      const [one] = [openInstance(place)]
      const two = openInstance(place, { app: one.app })
      const browsers = times(3, one.browser)
      const heard: number[] = []
      const opened = await Promise.all(
        browsers.map(async (browser, n) => {
          await browser.login(n === 2 ? 'other' : 'same')
          return (await browser.request((session) => session.onRevoked(() => heard.push(n)))).value
        }),
      )
      await new Promise((resolve) => setTimeout(resolve, 50))
      at(opened, 1)()
      await two.sessions.user('same').revokeAll()
      await expect.poll(() => heard, { timeout: 5000 }).toEqual([0])
      // It had ended before anybody listened.
      const gone = one.browser()
      await gone.login('same')
      await gone.request(async (session) => {
        await two.sessions.user('same').revokeAll()
        session.onRevoked(() => heard.push(9))
      })
      await expect.poll(() => heard, { timeout: 5000 }).toEqual([0, 9])
    })
  })
}

const numbers: StandardSchemaV1<unknown, { good?: number }> = answering((value) => {
  const issues = Object.entries(value as object)
    .filter(([, each]) => typeof each !== 'number')
    .map(([field, each]) => ({ message: `no number: ${String(each)}`, path: [field] }))
  return issues.length > 0 ? { issues } : { value: { ...(value as object), total: 0 } }
})

function answering(validate: (value: unknown) => unknown): StandardSchemaV1<unknown, object> {
  // Whatever a schema may answer.
  return {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: validate as StandardSchemaV1<unknown, object>['~standard']['validate'],
    },
  }
}
