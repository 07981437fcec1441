import { type RedisServer, startRedis } from '@redstart/testing'
import { type Database, SIGN_INS } from '@redstart-example/express'
import { Browser } from '@redstart-example/express/test/browser'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { ask, keptOf } from '@redstart-example/express/test/kept'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Addresses, type AllApps, startAllApps } from './started-apps.ts'

type App = keyof Addresses

/** Where each shows who is signed in, where its forms lead, and what it shows to nobody. */
const PAGES: Readonly<Record<App, { readonly own: string; readonly forms: string; readonly logIn: string }>> = {
  office: { own: '/account', forms: '/account', logIn: '/account' },
  analytics: { own: '/', forms: '', logIn: '/login' },
  inventory: { own: '/', forms: '', logIn: '/login' },
  orders: { own: '/', forms: '', logIn: '/login' },
}
const APPS: readonly App[] = ['office', 'analytics', 'inventory', 'orders']

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

describe.each([
  { what: 'in one process, in memory', apart: false },
  { what: 'in processes of their own, over Redis', apart: true },
])('the four apps $what', ({ apart }) => {
  let all: AllApps
  beforeAll(async () => {
    all = await startAllApps(database, apart ? server.url : undefined)
  })
  afterAll(() => all.stop())

  const logIn = async (browser: Browser, app: App): Promise<void> => {
    const { forms, logIn: page } = PAGES[app]
    await browser.get(all.addresses[app] + page)
    await browser.post(`${all.addresses[app]}${forms}/login`, { login: 'alma@osteria', password: SIGN_INS.password })
  }
  const isKnown = async (browser: Browser, app: App): Promise<boolean> => {
    const { text } = await browser.get(all.addresses[app] + PAGES[app].own)
    return !text.includes('name="password"') && text.includes('Alma')
  }
  /** One after the other: a browser without a cookie is a new visitor each time, and an address has only so many. */
  const known = async (browser: Browser): Promise<readonly App[]> => {
    const apps: App[] = []
    for (const app of APPS) if (await isKnown(browser, app)) apps.push(app)
    return apps
  }

  test.each(APPS)('who logs in at %s is known to all, and who signs out everywhere there is so in all', async (app) => {
    const [browser, phone] = [new Browser(), new Browser()]
    expect(await known(browser)).toEqual([])
    for (const one of [phone, browser]) await logIn(one, app)
    expect(await known(phone)).toEqual(APPS)
    expect(await isKnown(browser, app)).toBe(true)
    await browser.post(`${all.addresses[app]}${PAGES[app].forms}/logout-everywhere`)
    await expect.poll(() => known(phone)).toEqual([])
  })

  test('two of them that write to one session at the same time lose nothing', async () => {
    const { analytics, orders } = all.addresses
    const browser = new Browser()
    await logIn(browser, 'office')
    const { text: before } = await browser.get(`${orders}/`)
    const headers = { cookie: browser.cookie }
    const post = (url: string, fields: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(url, { method: 'POST', headers, redirect: 'manual', body: new URLSearchParams(fields) })
    const order = { table: '4', dish: '1', quantity: '1' }
    const writes = Array.from({ length: TIMES }, () => [
      post(`${orders}/orders`, order),
      // Each is refused for its token, which is noted in the session.
      post(`${analytics}/logout`, { csrf: 'guessed' }),
    ])
    for (const { status } of await Promise.all(writes.flat())) expect(status).toBe(303)
    const notes = (await browser.get(`${analytics}/login`)).text.match(/That page was too old/g)
    expect(notes).toHaveLength(TIMES)
    const { text } = await browser.get(`${orders}/`)
    expect(ownOrders(text)).toHaveLength(ownOrders(before).length + TIMES)
  })

  test.each(['office', 'orders'] as const)('an order that %s takes drops the pages of the others', async (app) => {
    const { office, analytics, inventory, orders } = all.addresses
    const browser = new Browser()
    await logIn(browser, 'office')
    const pages = [
      `${analytics}/dishes?days=1`,
      `${inventory}/`,
      `${orders}/`,
      `${office}/api/restaurants/1/orders`,
      `${office}/api/restaurants/1/stock`,
    ]
    /** What each shows beside what is new with each request: tokens of forms. */
    const shown = async (url: string): Promise<string> =>
      (await browser.get(url)).text.replaceAll(/name="csrf" value="[^"]+"/g, '')
    const before = await Promise.all(pages.map(shown))
    expect(await Promise.all(pages.map(shown))).toEqual(before)
    await placeOrder(app, all.addresses, browser)
    for (const [n, page] of pages.entries()) await expect.poll(() => shown(page), { message: page }).not.toBe(before[n])
  })

  test.each(['office', 'orders'] as const)(
    'an order that %s takes drops the kept pages that it changes, and none else',
    async (app) => {
      const { office, analytics, inventory, orders } = all.addresses
      const browser = new Browser()
      await logIn(browser, 'office')
      const headers = { cookie: browser.cookie }
      const changed = [
        `${office}/api/restaurants/1/analytics`,
        `${analytics}/dishes`,
        `${analytics}/hours?days=1`,
        `${inventory}/menu/1`,
      ]
      const others = [
        `${office}/api/restaurants/1/menu`,
        `${office}/api/restaurants/2/analytics`,
        `${inventory}/menu/2`,
        `${orders}/menu/1`,
      ]
      await keptOf([...changed, ...others], headers)
      expect(await keptOf([...changed, ...others], headers)).toEqual([...changed, ...others])
      await placeOrder(app, all.addresses, browser)
      for (const page of changed)
        await expect.poll(async () => (await ask(page, headers)).cache, { message: page }).toContain('stored')
      expect(await keptOf(others, headers)).toEqual(others)
    },
  )
})

/** Writes of each app in a race. */
const TIMES = 10

/** The numbers of those that a page says are one's own. */
function ownOrders(page: string): readonly string[] {
  return /<p id="own">([^<]*)</.exec(page)?.[1]?.match(/#\d+/g) ?? []
}

async function placeOrder(app: 'office' | 'orders', { office, orders }: Addresses, browser: Browser): Promise<void> {
  if (app === 'orders') {
    const { text } = await browser.post(`${orders}/orders`, { table: '4', dish: '1', quantity: '2' })
    return expect(text).toContain('table 4, ')
  }
  const order = { restaurant: 1, table: 4, lines: [{ dish: 1, quantity: 2 }] }
  const headers = { 'content-type': 'application/json' }
  const placed = await fetch(`${office}/api/orders`, { method: 'POST', headers, body: JSON.stringify(order) })
  expect(placed.status).toBe(201)
}
