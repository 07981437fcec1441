import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { HTTPS, partsOf } from './cookie-parts.ts'
import type { Browser } from './browser.ts'
import { type AppParts, type SessionAdapterTest, sessionTest } from './session-test.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const COUNT = 100
/** What a cookie might tell: what made it, and for whom. */
const WORDS = ['redstart', 'express', 'koa', 'fastify', 'hono', 'node', 'ada', 'lovelace']
const MANY: AppParts = { trustsProxy: true, redstart: { sessions: { anonymousLimit: false } } }

export const identityTests: readonly SessionAdapterTest[] = [
  sessionTest('are random, of 256 bits, and never the same', async ({ start }) => {
    const { browser } = await start(MANY)
    const answers = await Promise.all(Array.from({ length: COUNT }, async () => await browser().get('/views')))
    const secrets = answers.map(({ cookies }) => /^sid=a1\.[\w-]{16}\.([\w-]{43})\./.exec(cookies[0] ?? '')?.[1] ?? '')
    equal(new Set(secrets).size, COUNT)
    // The last character of 256 bits in 43 characters of 6 stands for 4 bits.
    const bits = secrets.flatMap((secret) => Array.from(secret.slice(0, 42), (one) => ALPHABET.indexOf(one)))
    const ones = bits.reduce((sum, six) => sum + six.toString(2).replaceAll('0', '').length, 0)
    const count = COUNT * 42 * 6
    // Six standard deviations.
    ok(Math.abs(ones - count / 2) < 6 * Math.sqrt(count / 4), `${ones} ones in ${count} bits`)
  }),

  sessionTest('mean nothing: name and value of the cookie tell no product, user or application', async ({ start }) => {
    const apps = [await start(), await start({ redstart: { sessions: { namespace: 'other' } } })]
    const tags: (string | undefined)[] = []
    const cookies: string[] = []
    for (const { browser } of apps) {
      const user = browser()
      for (let n = 0; n < 2; n += 1) cookies.push(...(await user.post('/login?user=ada.lovelace')).cookies)
      tags.push(partsOf(user.jar.get('sid')).tag)
    }
    equal(cookies.length, 4)
    for (const cookie of cookies) match(cookie, /^sid=u1\./)
    // By chance three letters are in random text now and then; what is told is told by every cookie.
    const told = WORDS.filter((word) => cookies.every((cookie) => cookie.toLowerCase().includes(word)))
    deepEqual(told, [])
    // The part that stands for a user is another one in each application and namespace.
    notEqual(tags[0], tags[1])
  }),

  sessionTest('that are not known are never adopted, and told of', async ({ start, server }) => {
    const { browser, redstart, events } = await start()
    const attacker = browser()
    await attacker.get('/views')
    const planted = attacker.cookie
    await server.command('FLUSHALL')
    const victim = browser()
    deepEqual((await victim.get('/views', { cookie: planted })).json(), { views: 1 })
    deepEqual([...victim.jar.keys()], ['sid'])
    notEqual(victim.cookie, planted)
    deepEqual((await attacker.get('/who')).json(), {})
    await redstart.close()
    ok(events.some((event) => event.type === 'session.refused' && event.reason === 'missing'))
  }),

  sessionTest('are new after a log-in, a log-in anew and an elevation, and the old are dead', async ({ start }) => {
    const { browser } = await start()
    const user = browser()
    await user.get('/views')
    for (const path of ['/login?user=ada', '/login?user=ada', '/elevate', '/login?user=grace']) {
      const [thief, id] = [user.copy(), (await user.get('/id')).json()['id']]
      equal((await user.post(path)).cookies.length, 1)
      notEqual((await user.get('/id')).json()['id'], id)
      notEqual(user.cookie, thief.cookie)
      deepEqual((await thief.get('/who')).json(), {})
    }
    deepEqual((await user.get('/who')).json(), { userId: 'grace' })
  }),

  sessionTest('of visitors and of users are apart', async ({ start }) => {
    const { browser } = await start()
    const user = browser()
    await user.get('/views')
    const before = user.jar.get('sid') ?? ''
    await user.post('/login?user=ada')
    const after = user.jar.get('sid') ?? ''
    deepEqual([partsOf(before).kind, partsOf(after).kind], ['a1', 'u1'])
    for (const part of before.split('.')) ok(!after.split('.').includes(part), part)
  }),

  sessionTest('stand in a cookie that is Secure, HttpOnly, SameSite and of this host alone', async ({ start }) => {
    const { browser } = await start(MANY)
    const user = browser()
    const { cookies } = await user.post('/login?user=ada', HTTPS)
    equal(cookies.length, 1)
    match(cookies[0] ?? '', /^__Host-sid=[\w.-]{93}; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const cleared = await user.post('/logout', HTTPS)
    deepEqual(cleared.cookies, [
      '__Host-sid=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; SameSite=Lax',
    ])
  }),

  sessionTest('stand nowhere else', async ({ start }) => {
    const { browser } = await start(MANY)
    const user = browser()
    await user.post('/login?user=ada', HTTPS)
    const { secret } = partsOf(user.jar.get('__Host-sid'))
    for (const path of ['/id', '/who', '/devices', '/form', '/nowhere']) {
      const { body, headers } = await user.get(path, HTTPS)
      ok(body.length > 0, path)
      ok(!`${body}${JSON.stringify(headers)}`.includes(secret), path)
    }
  }),

  sessionTest('fit: name and value take less than 120 bytes of the 4096 that browsers take', async ({ start }) => {
    const { browser } = await start(MANY)
    const user = browser()
    await user.post(`/login?user=${'x'.repeat(200)}`, HTTPS)
    ok(user.cookie.length > 90 && user.cookie.length < 120, `${user.cookie.length} bytes`)
  }),

  sessionTest('that are guessed are counted, a hundred of them as one event', async ({ start }) => {
    const { browser, redstart, events } = await start()
    const user = browser()
    await user.post('/login?user=ada')
    const guess = guessing(user)
    const guesses = Array.from({ length: 100 }, async (_, n) => {
      deepEqual((await browser().get('/who', { cookie: guess(n) })).json(), {})
    })
    await Promise.all(guesses)
    await redstart.close()
    const refused = events.filter((event) => event.type === 'session.refused')
    deepEqual(
      refused.map(({ reason, count }) => ({ reason, count })),
      [{ reason: 'forged', count: 100 }],
    )
  }),
]

/** The cookie of a user with some of its characters changed. */
function guessing(user: Browser): (n: number) => string {
  const { cookie } = user
  return (n) => `${cookie.slice(0, 44)}${String(n).padStart(3, '0')}${cookie.slice(47)}`
}
