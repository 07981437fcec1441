import { type RedisServer, startRedis } from '@redstart/testing'
import { type Database, SIGN_INS } from '@redstart-example/express'
import { Browser, type Shown } from '@redstart-example/express/test/browser'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { ask, KEPT, keptOf } from '@redstart-example/express/test/kept'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type House, startHouse } from './house.ts'

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

let house: House
let browser: Browser

beforeEach(async () => {
  await server.command('FLUSHALL')
  house = await startHouse(database, server)
  browser = new Browser()
})

const logIn = async (who: Browser, login = 'alma@osteria', password: string = SIGN_INS.password): Promise<Shown> =>
  await who.post(`${house.node}/login`, { login, password })

/** Of the list, the latest; of one's own, all. */
function ordersOn({ text }: Shown): { readonly latest: string | undefined; readonly own: string | undefined } {
  return { latest: /<li value="(\d+)"/.exec(text)?.[1], own: /<p id="own">([^<]*)</.exec(text)?.[1] }
}

test('a log-in on Node.js is one at the edge, and a log-out there is one here', async () => {
  expect((await browser.get(house.edge)).url).toBe(`${house.node}/login`)
  expect((await logIn(browser, undefined, 'wrong')).text).toContain('There is nobody with this name')
  expect((await logIn(browser)).text).toContain('<h1>Orders by Alma</h1>')
  expect(await browser.get(house.edge)).toMatchObject({
    status: 200,
    url: `${house.edge}/`,
    text: expect.stringContaining('Alma'),
  })
  const thief = new Browser()
  thief.cookie = browser.cookie
  expect((await browser.post(`${house.edge}/logout`)).url).toBe(`${house.node}/login`)
  expect((await thief.get(house.node)).url).toBe(`${house.node}/login`)
})

test.each(['node', 'edge'] as const)('signed out everywhere at %s is signed out in all, on all devices', async (at) => {
  const phone = new Browser()
  await logIn(phone)
  await logIn(browser)
  for (const app of [house.node, house.edge]) expect((await phone.get(app)).text).toContain('Alma')
  expect((await browser.post(`${house[at]}/logout-everywhere`)).url).toBe(`${house.node}/login`)
  for (const app of [house.node, house.edge])
    await expect.poll(async () => (await phone.get(app)).url).toBe(`${house.node}/login`)
  const headers = { cookie: phone.cookie }
  expect((await fetch(`${house.office}/api/me`, { headers })).status).toBe(401)
})

describe.each(['node', 'edge'] as const)('an order taken by %s', (by) => {
  test("is among one's own everywhere, and in the lists of the others, which came out of their caches", async () => {
    await logIn(browser)
    for (const app of [house.node, house.edge]) await browser.get(app)
    const dish = /<option value="(\d+)"/.exec((await browser.get(house.node)).text)?.[1] ?? ''
    const { own = '', latest = '' } = ordersOn(
      await browser.post(`${house[by]}/orders`, { table: '7', dish, quantity: '2' }),
    )
    expect(own).toBe(`#${latest}`)
    for (const app of [house.node, house.edge])
      await expect.poll(async () => ordersOn(await browser.get(app))).toEqual({ own: `#${latest}`, latest })
    const office = await fetch(`${house.office}/api/orders/${latest}`)
    expect(await office.json()).toMatchObject({ table: 7 })
  })

  test('of what is not on the menu is refused, and nothing is kept of it', async () => {
    await logIn(browser)
    const { status, text } = await browser.post(`${house[by]}/orders`, { table: '7', dish: '9999', quantity: '1' })
    expect([status, text.includes('role="status"'), text.includes('None yet.')]).toEqual([200, true, true])
    expect((await browser.post(`${house[by]}/orders`, { table: '7', dish: 'x', quantity: '1' })).status).toBe(400)
  })

  test('is refused from a page of another site, and of nobody', async () => {
    await logIn(browser)
    const headers = { origin: 'https://elsewhere.example', cookie: browser.cookie }
    expect((await fetch(`${house[by]}/orders`, { method: 'POST', headers })).status).toBe(403)
    expect((await new Browser().post(`${house[by]}/orders`)).url).toBe(`${house.node}/login`)
  })
})

test.each(['node', 'edge'] as const)(
  'an order by %s drops the reports of the office, and no menu anywhere',
  async (by) => {
    const { office, node, edge } = house
    const report = `${office}/api/restaurants/1/analytics`
    const left = [
      `${node}/menu/1`,
      `${edge}/menu/1`,
      `${office}/api/restaurants/1/menu`,
      `${office}/api/restaurants/2/analytics`,
    ]
    await keptOf([report, ...left])
    expect(await keptOf([report, ...left])).toEqual([report, ...left])
    await logIn(browser)
    await browser.post(`${house[by]}/orders`, { table: '7', dish: '1', quantity: '2' })
    await expect.poll(async () => (await ask(report)).cache).toContain('stored')
    expect(await keptOf(left)).toEqual(left)
  },
)

test('a new price at the back office is in the menus on Node.js and at the edge, which nobody signs in for', async () => {
  const menus = [`${house.node}/menu/1`, `${house.edge}/menu/1`]
  for (const menu of menus) {
    const made = await ask(menu)
    expect(await ask(menu, { cookie: 'sid=planted' })).toMatchObject({
      text: made.text,
      cache: expect.stringMatching(KEPT),
    })
  }
  await fetch(`${house.office}/api/dishes/15/price`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ priceCents: 1313 }),
  })
  for (const menu of menus) await expect.poll(async () => (await ask(menu)).text).toContain('13.13 €')
  for (const app of [house.node, house.edge]) expect((await ask(`${app}/menu/9`)).status).toBe(404)
})

test('an order that the back office takes is in the list at the edge', async () => {
  await logIn(browser)
  const dish = Number(/<option value="(\d+)"/.exec((await browser.get(house.edge)).text)?.[1])
  const response = await fetch(`${house.office}/api/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ restaurant: 1, table: 3, lines: [{ dish, quantity: 1 }] }),
  })
  const { id } = (await response.json()) as { readonly id: number } // As the office's tests say.
  await expect.poll(async () => ordersOn(await browser.get(house.edge)).latest).toBe(String(id))
})
