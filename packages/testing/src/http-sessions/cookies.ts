import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { SessionCookieOptions } from '@redstart/core/http'
import { HTTPS } from './cookie-parts.ts'
import { type AppParts, type SessionAdapterTest, sessionTest } from './session-test.ts'

const BEHIND_A_PROXY: AppParts = { url: undefined, trustsProxy: true }

export const cookieTests: readonly SessionAdapterTest[] = [
  sessionTest('over TLS has the prefix __Host- and all that it asks for; in clear it has not', async ({ start }) => {
    const { browser } = await start(BEHIND_A_PROXY)
    const [secure = ''] = (await browser().get('/views', HTTPS)).cookies
    match(secure, /^__Host-sid=a1\.[\w.-]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const [clear = ''] = (await browser().get('/views')).cookies
    match(clear, /^sid=a1\.[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
  }),

  sessionTest('is not secure by the word of a proxy that nobody trusts', async ({ start }) => {
    const { browser } = await start({ url: undefined })
    const [cookie = ''] = (await browser().get('/views', HTTPS)).cookies
    match(cookie, /^sid=a1\.[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)
  }),

  sessionTest('over TLS is never read from the bare name, which anybody may plant', async ({ start }) => {
    const { browser } = await start(BEHIND_A_PROXY)
    const attacker = browser()
    await attacker.get('/views')
    const value = attacker.jar.get('sid') ?? ''
    for (const cookie of [`sid=${value}`, `__Secure-sid=${value}`, `__host-sid=${value}`, `__Host-sid =; sid=${value}`])
      deepEqual((await browser().get('/who', { ...HTTPS, cookie })).json(), {})
    deepEqual((await browser().get('/who', { ...HTTPS, cookie: `__Host-sid=${value}` })).json(), { views: 1 })
  }),

  sessionTest('that comes twice, with two right values, does not count; one right value does', async ({ start }) => {
    const { browser } = await start({ url: undefined })
    const [one, other] = [browser(), browser()]
    await one.post('/login?user=ada')
    await other.post('/login?user=mallory')
    const both = await browser().get('/who', { cookie: `${other.cookie}; ${one.cookie}` })
    deepEqual([both.json(), both.cookies], [{}, []])
    const planted = await browser().get('/who', { cookie: `sid=; ${one.cookie}; sid=planted; ${one.cookie}` })
    deepEqual(planted.json(), { userId: 'ada' })
  }),

  cookieTest('a domain', { domain: 'example.com' }, '__Secure-sid', '; Domain=example.com; Path=/; '),
  cookieTest('a path', { path: '/app' }, '__Secure-sid', '; Path=/app; '),
  cookieTest(
    'partitions',
    { partitioned: true, sameSite: 'none' },
    '__Host-sid',
    '; Secure; Partitioned; SameSite=None; ',
  ),
  cookieTest('strictness', { sameSite: 'strict' }, '__Host-sid', '; SameSite=Strict; '),
  cookieTest('a name', { name: 'account' }, 'account', '; Path=/; '),

  sessionTest('stays beside the cookies of the handler', async ({ start }) => {
    const { browser } = await start({ url: undefined })
    const { cookies } = await browser().get('/cookies')
    equal(cookies.length, 3)
    deepEqual(new Set(cookies.map((cookie) => cookie.split('=', 1)[0])), new Set(['a', 'b', 'sid']))
    ok(
      ['a=1', 'b=2'].every((cookie) => cookies.includes(cookie)),
      cookies.join(', '),
    )
  }),

  sessionTest('is not set again where it does not change', async ({ start }) => {
    const { browser } = await start({ url: undefined })
    const user = browser()
    for (const sets of [1, 0, 0]) equal((await user.get('/views')).cookies.length, sets)
    equal((await user.post('/login?user=ada')).cookies.length, 1)
    for (const path of ['/views', '/who', '/plain', '/nowhere']) deepEqual((await user.get(path)).cookies, [], path)
  }),
]

function cookieTest(what: string, cookie: SessionCookieOptions, name: string, part: string): SessionAdapterTest {
  return sessionTest(`with ${what} is set and cleared with the same attributes`, async ({ start }) => {
    const { browser } = await start({ ...BEHIND_A_PROXY, options: { cookie } })
    const user = browser()
    const [set = ''] = (await user.post('/login?user=ada', HTTPS)).cookies
    const [cleared = ''] = (await user.post('/logout', HTTPS)).cookies
    for (const one of [set, cleared]) ok(one.startsWith(`${name}=`) && `${one}; `.includes(part), one)
    match(cleared, /^[\w-]+=; Max-Age=0; /)
    deepEqual(attributesOf(cleared), attributesOf(set))
    equal(user.jar.size, 0)
    deepEqual((await user.get('/who', HTTPS)).json(), {})
  })
}

function attributesOf(cookie: string): readonly string[] {
  return cookie.split('; ').filter((one, n) => n > 0 && !/^(Max-Age|Expires)=/.test(one))
}
