import { redis } from '@redstart/core/redis'
import { manualClock, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../src/database/database.ts'
import { fill } from '../src/fill/fill.ts'
import { hashPassword, isPassword } from '../src/sign-in/password.ts'
import { type BackOffice, startBackOffice } from './back-office.ts'
import { SAFARI } from './browser.ts'
import { filledDatabase } from './filled-database.ts'
import { OfficeBrowser } from './office-browser.ts'

let database: Database
let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
  database = await filledDatabase()
})

afterAll(async () => {
  await database.close()
  await server.stop()
})

describe.each(['memory', 'redis'])('over %s', (name) => {
  let office: BackOffice
  let browser: OfficeBrowser

  beforeEach(async () => {
    await server.command('FLUSHALL')
    office = await startBackOffice(database, name === 'redis' ? redis(server.url) : undefined)
    browser = new OfficeBrowser(office)
  })

  afterEach(() => office[Symbol.asyncDispose]())

  const me = (of: OfficeBrowser): Promise<unknown> => office.get('/me', { cookie: of.cookie })

  test('who logs in is known from then on, under another cookie, until the log-out', async () => {
    const before = await browser.get('/account')
    expect(before.text).toContain('<h1>Log in</h1>')
    const visitor = browser.cookie
    const after = await browser.post('/account/login', { login: ' Alma@Osteria ', password: 'codirosso' })
    expect(after).toMatchObject({ status: 200, path: '/account', text: expect.stringContaining('<h1>Hello Alma</h1>') })
    expect(after.headers.get('cache-control')).toBe('no-store')
    expect(await me(browser)).toMatchObject({
      status: 200,
      body: { id: 1, name: 'Alma', restaurant: 1, manager: true },
    })
    expect(browser.cookie).not.toBe(visitor)
    expect(await office.get('/me', { cookie: visitor })).toMatchObject({ status: 401 })
    expect(browser.set.at(-1)).toMatch(/^sid=u1\.[\w.-]+; Path=\/; HttpOnly; SameSite=Lax$/)

    const signedIn = browser.cookie
    expect((await browser.post('/account/logout')).text).toContain('You are signed out.')
    expect(await office.get('/me', { cookie: signedIn })).toMatchObject({
      status: 401,
      type: expect.stringContaining('problem+json'),
      body: { title: 'Not signed in' },
    })
    expect((await browser.get('/account')).text).not.toContain('You are signed out.')
  })

  test('a form of another site, or of another visitor’s page, does nothing', async () => {
    const other = new OfficeBrowser(office)
    const [, token = ''] = /name="csrf" value="([\w-]+)"/.exec((await other.get('/account')).text) ?? []
    await browser.get('/account')
    for (const wrong of ['', token, 'x'.repeat(86)]) {
      const shown = await browser.post('/account/login', { login: 'alma@osteria', password: 'codirosso' }, wrong)
      expect(shown.text).toContain('That page was too old.')
    }
    expect(await me(browser)).toMatchObject({ status: 401 })
  })

  test('each device is listed, and one can be ended from another', async () => {
    const phone = new OfficeBrowser(office, SAFARI)
    await phone.signIn(1, 'Alma')
    const page = await browser.signIn(1, 'Alma')
    expect(page.text).toMatch(/Firefox on Linux \(this one\)/)
    expect(page.text).toMatch(/Safari on iOS/)
    expect(page.text).toContain('127.0.0.0/24')
    const [, path = ''] = /action="(\/account\/devices\/[\w-]{16}\/end)"/.exec(page.text) ?? []
    const after = await browser.post(path)
    expect(after.text).toContain('The device was signed out.')
    expect(after.text).not.toContain('Safari')
    expect([await me(phone), await me(browser)]).toMatchObject([{ status: 401 }, { status: 200 }])
    expect((await browser.post(path)).text).toContain('That device was signed out already.')
  })

  test('nobody ends a device of somebody else', async () => {
    const elif = new OfficeBrowser(office, SAFARI)
    await elif.signIn(5, 'Elif', ['waiter'])
    const [session] = await office.redstart.sessions.user(5).list()
    await browser.signIn(1, 'Alma')
    const shown = await browser.post(`/account/devices/${session?.id}/end`)
    expect(shown.text).toContain('signed out already')
    expect(await me(elif)).toMatchObject({ status: 200, body: { name: 'Elif', manager: false } })
  })

  test('log out everywhere ends all of one person’s, and nobody else’s', async () => {
    const [phone, elif] = [new OfficeBrowser(office, SAFARI), new OfficeBrowser(office)]
    await Promise.all([phone.signIn(1, 'Alma'), elif.signIn(5, 'Elif', ['waiter'])])
    await browser.signIn(1, 'Alma')
    const signedIn = browser.cookie
    expect((await browser.post('/account/logout-everywhere')).text).toContain('on all of your 2 devices')
    expect(await me(phone)).toMatchObject({ status: 401 })
    expect(await office.get('/me', { cookie: signedIn })).toMatchObject({ status: 401 })
    expect(await me(elif)).toMatchObject({ status: 200 })
  })

  test('a price list is a manager’s', async () => {
    const elif = new OfficeBrowser(office)
    await Promise.all([browser.signIn(9, 'Alma'), elif.signIn(13, 'Elif', ['waiter'])])
    const change = (of?: OfficeBrowser): Promise<unknown> =>
      office.send('POST', '/ingredients/price-list', { percent: 0 }, of && { cookie: of.cookie })
    expect(await change()).toMatchObject({ status: 401, body: { title: 'Not signed in' } })
    expect(await change(elif)).toMatchObject({ status: 403, body: { title: 'Not allowed' } })
    expect(await change(browser)).toMatchObject({ status: 200, body: { percent: 0 } })
  })

  test('reads for everybody are no business of sessions: no cookie, and none is asked about', async () => {
    await browser.signIn(1, 'Alma')
    await office.redstart.sessions.user(1).revokeAll()
    const response = await fetch(`${office.url}/restaurants/1/menu`, { headers: { cookie: browser.cookie } })
    expect([response.status, response.headers.getSetCookie(), response.headers.get('vary')]).toEqual([200, [], null])
  })
})

test('a wrong name and a wrong password are the same, and a cookie that outlives the browser is for who asks', async () => {
  await using office = await startBackOffice(database)
  const wrong = [
    ['alma@osteria', 'wrong'],
    ['nobody@osteria', 'codirosso'],
    ["' or '1'='1", 'codirosso'],
  ] as const
  const shown = await Promise.all(wrong.map(([login, password]) => new OfficeBrowser(office).logIn(login, password)))
  for (const { text } of shown) {
    expect(text).toContain('There is nobody with this name and this password.')
    expect(text).toContain('<h1>Log in</h1>')
  }
  const browser = new OfficeBrowser(office)
  await browser.logIn('elif@osteria', 'codirosso', { remember: 'yes' })
  expect(browser.set.at(-1)).toMatch(/; Max-Age=777(?:6000|59\d\d);/)
})

test('what matters asks for the password again when it was entered long ago', async () => {
  const clock = manualClock()
  await using office = await startBackOffice(database, undefined, clock)
  const [browser, phone] = [new OfficeBrowser(office), new OfficeBrowser(office, SAFARI)]
  await phone.signIn(1, 'Alma')
  const page = await browser.signIn(1, 'Alma')
  const [, path = ''] = /action="(\/account\/devices\/[\w-]{16}\/end)"/.exec(page.text) ?? []
  clock.advance(6 * 60_000)
  const asked = await browser.post(path)
  expect(asked).toMatchObject({
    path: '/account/confirm',
    text: expect.stringContaining('enter your password once more'),
  })
  expect((await browser.post('/account/confirm', { password: 'wrong' })).text).toContain('That is not your password.')
  const before = browser.cookie
  expect((await browser.post('/account/confirm', { password: 'codirosso' })).path).toBe('/account')
  expect(browser.cookie).not.toBe(before)
  expect((await browser.post(path)).text).toContain('The device was signed out.')
  expect((await browser.get('/account')).text).toContain('<h1>Hello Alma</h1>')
})

test('pages for somebody send everybody else to the log-in', async () => {
  await using office = await startBackOffice(database)
  const browser = new OfficeBrowser(office)
  expect(await browser.get('/account/confirm')).toMatchObject({
    path: '/account',
    text: expect.stringContaining('Please log in first.'),
  })
})

test('what people are called is text and nothing else', async () => {
  await using office = await startBackOffice(database)
  const browser = new OfficeBrowser(office)
  const { text, headers } = await browser.signIn(13, '<b>"Elif" & co</b>')
  expect(text).toContain('<h1>Hello &#60;b&#62;&#34;Elif&#34; &#38; co&#60;/b&#62;</h1>')
  expect(headers.get('content-security-policy')).toContain("default-src 'none'; form-action 'self'")
})

test('Redis that is away is a 503 for who is signed in, and nothing to the menu', async () => {
  await using own = await startRedis()
  await using office = await startBackOffice(database, redis(own.url))
  const browser = new OfficeBrowser(office)
  await browser.signIn(1, 'Alma')
  await own.stop()
  expect(await office.get('/me', { cookie: browser.cookie })).toMatchObject({
    status: 503,
    body: { title: 'Not available' },
  })
  expect(await office.get('/me')).toMatchObject({ status: 401 })
  expect(await office.get('/restaurants/1/menu', { cookie: browser.cookie })).toMatchObject({ status: 200 })
})

test('a password is stored as what it cannot be guessed from, and spelt in any way', async () => {
  const [hash, other] = await Promise.all([hashPassword('brûlée'), hashPassword('brûlée')])
  expect(hash).toMatch(/^scrypt\.[\w-]{22}\.[\w-]{43}$/)
  expect(other).not.toBe(hash)
  expect(await Promise.all([isPassword('brûlée'.normalize('NFD'), hash), isPassword('brulee', hash)])).toEqual([
    true,
    false,
  ])
})

test('a database that was filled before anybody could sign in gets the table', async () => {
  await database.query('drop table sign_ins')
  expect(await fill(database)).toBe(false)
  const [row] = await database.query<{ people: number }>('select count(*)::int as people from sign_ins')
  expect(row).toEqual({ people: 4 })
})
