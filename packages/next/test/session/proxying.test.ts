import { NextBrowser, proxyRequest } from './next-request.ts'
import { describe, expect, it } from 'vitest'
import type { ProxySessionOptions } from '../../src/session/index.ts'
import { madeSessions } from './made-sessions.ts'

const GUARD = { protect: ['/account', '/orders/:id', '/admin/*', '/shop/:path*'], signIn: '/login?from=proxy' }

async function signedIn({ updateSession }: ReturnType<typeof madeSessions>, userId = 'ada'): Promise<NextBrowser> {
  const browser = new NextBrowser()
  await browser.act(async () => await updateSession(async (session) => await session.login(userId)))
  return browser
}

/** Until the secret is due to change, which a process that does not know the store's time to the millisecond takes for later. */
async function untilDue({ proxySession }: ReturnType<typeof madeSessions>, cookie: string): Promise<void> {
  const proxy = proxySession({ load: true })
  const given = async (): Promise<number> =>
    (await proxy(proxyRequest('/', { headers: { cookie } }))).headers.getSetCookie().length
  await expect.poll(given).toBe(1)
}

function headersOf({ headers }: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(headers)
}

describe('a proxy', () => {
  it.each([
    ['/account', '/login?from=proxy&returnTo=%2Faccount'],
    ['/account/?a=1&b=2', '/login?from=proxy&returnTo=%2Faccount%2F%3Fa%3D1%26b%3D2'],
    ['/Account', '/login?from=proxy&returnTo=%2FAccount'],
    ['/%61ccount', '/login?from=proxy&returnTo=%2F%2561ccount'],
    ['//account', '/login?from=proxy'],
    ['/orders/7', '/login?from=proxy&returnTo=%2Forders%2F7'],
    ['/admin', '/login?from=proxy&returnTo=%2Fadmin'],
    ['/admin/users/7', '/login?from=proxy&returnTo=%2Fadmin%2Fusers%2F7'],
    ['/shop/a/b', '/login?from=proxy&returnTo=%2Fshop%2Fa%2Fb'],
  ])('sends who is not signed in from %s to %s', async (path, to) => {
    const proxy = madeSessions().proxySession(GUARD)
    const answer = await proxy(proxyRequest(path))
    const { pathname, search, origin } = new URL(answer.headers.get('location') ?? '')
    expect([answer.status, origin, pathname + search]).toEqual([307, 'http://localhost:3000', to])
  })

  it.each(['/', '/menu', '/orders', '/orders/7/lines', '/login', '/login?returnTo=%2Faccount', '/accounts'])(
    'leaves %s to all',
    async (path) => {
      const answer = await madeSessions().proxySession(GUARD)(proxyRequest(path))
      expect(headersOf(answer)).toEqual({ 'x-middleware-next': '1' })
    },
  )

  it('sends an action nowhere that it would run', async () => {
    const answer = await madeSessions().proxySession(GUARD)(proxyRequest('/account', { method: 'POST' }))
    expect([answer.status, new URL(answer.headers.get('location') ?? '').search]).toEqual([303, '?from=proxy'])
  })

  it('lets in who is signed in, by the seal alone', async () => {
    const made = madeSessions()
    const proxy = made.proxySession(GUARD)
    const user = await signedIn(made)
    const visitor = new NextBrowser()
    await visitor.act(async () => await made.updateSession((session) => void (session.views = 1)))
    const [, own = ''] = user.cookie.split('=')
    const forged = `sid=${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`
    const statuses = []
    for (const cookie of [
      user.cookie,
      visitor.cookie,
      forged,
      `${user.cookie}; ${(await signedIn(made, 'eve')).cookie}`,
      '',
    ])
      statuses.push((await proxy(proxyRequest('/account', { headers: { cookie } }))).status)
    expect(statuses).toEqual([200, 307, 307, 307, 307])
    await made.redstart.sessions.user('ada').revokeAll()
    expect((await proxy(proxyRequest('/account', { headers: { cookie: user.cookie } }))).status).toBe(200)
    const loading = made.proxySession({ ...GUARD, load: true })
    expect((await loading(proxyRequest('/account', { headers: { cookie: user.cookie } }))).status).toBe(307)
  })

  it('has a secret changed that is due, but not for what is fetched beforehand', async () => {
    const made = madeSessions({ sessions: { rotateEvery: 1 } })
    const proxy = made.proxySession({ load: true })
    const user = await signedIn(made)
    await new Promise((resolve) => void setTimeout(resolve, 200))
    const asked = async (headers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>> =>
      headersOf(await proxy(proxyRequest('/menu', { headers: { cookie: user.cookie, ...headers } })))
    for (const beforehand of [{ 'next-router-prefetch': '1' }, { 'sec-purpose': 'prefetch' }, { purpose: 'prefetch' }])
      expect(await asked(beforehand)).toEqual({ 'x-middleware-next': '1' })
    await expect.poll(async () => await asked({})).toHaveProperty('set-cookie')
    const rotated = await asked({})
    // The page goes by the secret that the browser has: what it is told may be lost on the way.
    expect(rotated).toEqual({
      'x-middleware-next': '1',
      'set-cookie': expect.stringMatching(/^sid=u1\./),
      'cache-control': 'private, no-store',
    })
    const [value = ''] = rotated['set-cookie']?.split(';', 1) ?? []
    expect(value).not.toBe(user.cookie)
    const userId = async (cookie: string): Promise<unknown> =>
      (await new NextBrowser().page(made.getSession, { headers: { cookie } })).userId
    expect([await userId(user.cookie), await asked({}), await userId(value)]).toEqual(['ada', rotated, 'ada'])
  })

  it('lets no session pass that has ended, whatever is said to be fetched beforehand', async () => {
    const made = madeSessions({ sessions: { rotateEvery: 1 } })
    const proxy = made.proxySession({ ...GUARD, load: true })
    const user = await signedIn(made)
    const asked = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await proxy(proxyRequest('/account', { headers: { cookie: user.cookie, ...headers } }))).status
    const beforehand = [
      { 'next-router-prefetch': '1' },
      { 'sec-purpose': 'prefetch' },
      { purpose: 'prefetch' },
    ] as const
    expect(await Promise.all(beforehand.map(asked))).toEqual([200, 200, 200])
    await made.redstart.sessions.user('ada').revokeAll()
    expect(await Promise.all(beforehand.map(asked))).toEqual([307, 307, 307])
    expect((await proxy(proxyRequest('/account', { headers: { 'next-router-prefetch': '1' } }))).status).toBe(307)
  })

  it('has no answer stored for others that sets the cookie', async () => {
    const made = madeSessions({ sessions: { rotateEvery: 1 } })
    const user = await signedIn(made)
    await untilDue(made, user.cookie)
    const asked = async (path: string, answer?: Response): Promise<unknown> => {
      const proxy = made.proxySession({ ...GUARD, load: true }, () => answer)
      const { headers } = await proxy(proxyRequest(path, { headers: { cookie: user.cookie } }))
      return [headers.getSetCookie().length, headers.get('cache-control')]
    }
    const own = (value: string): Response => new Response('', { headers: { 'cache-control': value } })
    expect([
      await asked('/menu'),
      await asked('/menu', own('public, max-age=60')),
      await asked('/menu', own('private, max-age=60')),
      // Next.js writes its own over what is said of these.
      await asked('/_next/image?url=%2Fhero.png&w=640&q=75'),
    ]).toEqual([
      [1, 'private, no-store'],
      [1, 'private, no-store'],
      [1, 'private, max-age=60'],
      [0, null],
    ])
  })

  it('leaves the answer to a handler of the app, and adds to it what it has to say', async () => {
    const made = madeSessions({ sessions: { rotateEvery: 1 } })
    const user = await signedIn(made)
    await untilDue(made, user.cookie)
    const asked = async (answer: Response | undefined): Promise<unknown> => {
      const proxy = made.proxySession({ load: true }, () => answer)
      const { status, headers } = await proxy(proxyRequest('/menu', { headers: { cookie: user.cookie } }))
      return [status, headers.get('x-own'), headers.getSetCookie().map((set) => set.split('=', 1)[0])]
    }
    const own = { 'x-own': 'yes', 'set-cookie': 'own=1' }
    expect([
      await asked(undefined),
      await asked(new Response('teapot', { status: 418, headers: own })),
      await asked(Response.redirect('http://localhost:3000/elsewhere', 302)),
    ]).toEqual([
      [200, null, ['sid']],
      [418, 'yes', ['own', 'sid']],
      [302, null, ['sid']],
    ])
    const seen: string[] = []
    const guarded = made.proxySession(GUARD, ({ nextUrl }) => void seen.push(nextUrl.pathname))
    for (const path of ['/account', '/menu']) await guarded(proxyRequest(path))
    expect(seen).toEqual(['/menu'])
  })

  it('has the session that its handler reads and changes, and what answers the request has it as well', async () => {
    const made = madeSessions()
    const visitor = new NextBrowser()
    await visitor.act(async () => await made.updateSession((session) => void (session.views = 1)))
    const seen: unknown[] = []
    const proxy = made.proxySession({}, async () => {
      seen.push((await made.getSession()).views)
      await made.updateSession(async (session) => await session.login('ada'))
      seen.push((await made.getSession()).userId)
      return undefined
    })
    const request = proxyRequest('/menu', { headers: { cookie: `a=b; ${visitor.cookie}` } })
    const { done } = await visitor.copy().route(async () => await proxy(request))
    const answer = done.status === 'fulfilled' ? done.value : expect.fail('the proxy failed')
    const [set = ''] = answer.headers.getSetCookie()
    const [pair = ''] = set.split(';', 1)
    expect([seen, pair.startsWith('sid=u1.')]).toEqual([[1, 'ada'], true])
    expect(answer.headers.get('x-middleware-request-cookie')).toBe(`a=b; ${pair}`)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    const { userId, views } = await new NextBrowser().page(made.getSession, { headers: { cookie: pair } })
    expect([userId, views]).toEqual(['ada', 1])
  })

  it.each<readonly [object, RegExp]>([
    [{ protect: ['/account'] }, /signIn is missing/],
    [{ protect: ['/account'], signIn: 'https://evil.example/' }, /signIn is no path/],
    [{ protect: ['/account'], signIn: '//evil.example/' }, /signIn is no path/],
    [{ protect: '/account', signIn: '/login' }, /protect is no list/],
    [{ protect: ['account'], signIn: '/login' }, /pattern/],
    [{ protect: [7], signIn: '/login' }, /pattern/],
    [{ protect: ['/a(.*)'], signIn: '/login' }, /pattern/],
    [{ load: 'yes' }, /load is neither/],
    [{ returnTo: '' }, /returnTo is neither/],
    [{ protected: [] }, /protected is no option/],
  ])('is refused with %o', (options, message) => {
    const { proxySession } = madeSessions()
    // What callers without types may pass.
    expect(() => proxySession(options as ProxySessionOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) }),
    )
  })
})
