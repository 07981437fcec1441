import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { type Database, SIGN_INS } from '@redstart-example/express'
import { type BesideOffice, startBesideOffice } from '@redstart-example/express/test/beside-office'
import { Browser, type Shown } from '@redstart-example/express/test/browser'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { ask, KEPT, keptOf } from '@redstart-example/express/test/kept'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createListener } from '../src/index.ts'
import { changeStock } from '../src/stock/change-stock.ts'

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

/** Logs in at the store rooms: a manager, unless somebody else is named. */
async function logIn({ app: stock }: BesideOffice, browser: Browser, login = 'alma@osteria'): Promise<Shown> {
  await browser.get(`${stock}/login`)
  return await browser.post(`${stock}/login`, { login, password: SIGN_INS.password })
}

/** How much of an ingredient a page shows. */
function shown({ text }: Shown, name: string): number {
  const [, quantity] = new RegExp(`<td>${name}[^<]*</td>\\s*<td class="number">(\\d+) `).exec(text) ?? []
  return Number(quantity)
}

const FLOUR = '1'

async function sendToOffice(office: string, method: string, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { ok } = await fetch(`${office}/api${path}`, { method, headers, body: JSON.stringify(body) })
  expect(ok).toBe(true)
}

describe.each(['memory', 'redis'])('over %s', (name) => {
  let restaurant: BesideOffice
  let browser: Browser

  beforeEach(async () => {
    await server.command('FLUSHALL')
    restaurant = await startBesideOffice({
      database,
      listener: createListener,
      backend: name === 'redis' ? () => redis(server.url) : undefined,
    })
    browser = new Browser()
  })

  test('the store room is for who is signed in, until the log-out', async () => {
    const { app: stock } = restaurant
    const asked = await browser.get(stock)
    expect(asked).toMatchObject({ status: 200, path: '/login', text: expect.stringContaining('Please log in first.') })
    expect((await logIn(restaurant, browser)).text).toContain('You are Alma, a manager.')
    expect((await browser.post(`${stock}/logout`)).text).toContain('You are signed out.')
    expect((await browser.get(stock)).path).toBe('/login')
  })

  test('what is delivered and taken out shows at once, here and at the back office, out of the cache otherwise', async () => {
    const { app: stock, office } = restaurant
    const atOffice = async (): Promise<number> => {
      const levels: readonly { readonly ingredient: number; readonly quantity: number }[] = JSON.parse(
        await (await fetch(`${office}/api/restaurants/1/stock`)).text(),
      )
      return levels.find(({ ingredient }) => String(ingredient) === FLOUR)?.quantity ?? Number.NaN
    }
    const before = shown(await logIn(restaurant, browser), 'flour')
    expect(await atOffice()).toBe(before)
    // Past the apps: nobody tells the cache.
    await changeStock(database, { restaurant: 1, ingredient: Number(FLOUR), amount: 1 })
    expect([shown(await browser.get(stock), 'flour'), await atOffice()]).toEqual([before, before])
    const delivered = await browser.post(`${stock}/deliver`, { ingredient: FLOUR, amount: '700' })
    expect(delivered.text).toContain(`There are ${before + 701} g of flour now.`)
    expect(shown(delivered, 'flour')).toBe(before + 701)
    await expect.poll(atOffice).toBe(before + 701)
    expect(shown(await browser.post(`${stock}/take`, { ingredient: FLOUR, amount: '701' }), 'flour')).toBe(before)
  })

  test('an order at the back office is taken from what the store room shows', async () => {
    const { app: stock, office } = restaurant
    const [{ dish, amount } = { dish: 0, amount: 0 }] = await database.query<{ dish: number; amount: number }>(
      `select r.dish_id as dish, r.amount from recipe_items r join dishes d on d.id = r.dish_id
       where d.restaurant_id = 1 and r.ingredient_id = $1 limit 1`,
      [Number(FLOUR)],
    )
    await logIn(restaurant, browser)
    await browser.post(`${stock}/deliver`, { ingredient: FLOUR, amount: String(10 * amount) })
    const before = shown(await browser.get(stock), 'flour')
    await sendToOffice(office, 'POST', '/orders', { restaurant: 1, table: 4, lines: [{ dish, quantity: 2 }] })
    await expect.poll(async () => shown(await browser.get(stock), 'flour')).toBe(before - 2 * amount)
  })

  test('the menu is one page for all, until the store room or a price changes, and no other page goes with it', async () => {
    const { app: stock, office } = restaurant
    const [menu, other] = [`${stock}/menu/1`, `${stock}/menu/2`]
    const left = [other, `${office}/api/restaurants/2/menu`]
    const made = await ask(menu)
    expect([made.status, made.cache]).toEqual([200, 'fwd=uri-miss; stored'])
    const again = await ask(menu, { cookie: 'sid=planted' })
    expect([again.cache, again.text]).toEqual([expect.stringMatching(KEPT), made.text])
    await keptOf(left)
    await logIn(restaurant, browser)
    await browser.post(`${stock}/deliver`, { ingredient: FLOUR, amount: '5' })
    expect((await ask(menu)).cache).toContain('stored')
    await sendToOffice(office, 'POST', '/orders', { restaurant: 1, table: 4, lines: [{ dish: 1, quantity: 1 }] })
    await expect.poll(async () => (await ask(menu)).cache).toContain('stored')
    await sendToOffice(office, 'PATCH', '/dishes/1/price', { priceCents: 777 })
    await expect.poll(async () => (await ask(menu)).text).toContain('7.77 €')
    expect(await keptOf(left)).toEqual(left)
  })

  test('a log-in at the back office is one here, and signed out everywhere is signed out in both', async () => {
    const { app: stock, office } = restaurant
    const phone = new Browser()
    await phone.get(`${office}/account`)
    await phone.post(`${office}/account/login`, { login: 'alma@osteria', password: SIGN_INS.password })
    expect((await phone.get(stock)).text).toContain('You are Alma')
    await logIn(restaurant, browser)
    expect((await browser.post(`${stock}/logout-everywhere`)).text).toContain('on all of your 2 devices')
    expect((await phone.get(stock)).path).toBe('/login')
    expect((await fetch(`${office}/api/me`, { headers: { cookie: phone.cookie } })).status).toBe(401)
  })

  test('who is no manager sees, and changes nothing', async () => {
    const { app: stock } = restaurant
    const page = await logIn(restaurant, browser, 'elif@osteria')
    expect(page.text).not.toContain('Deliver')
    for (const path of ['/deliver', '/take']) {
      await browser.get(stock)
      const refused = await browser.post(stock + path, { ingredient: FLOUR, amount: '5' })
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('Only managers change') })
    }
    expect(shown(await browser.get(stock), 'flour')).toBe(shown(page, 'flour'))
  })
})

test('wrong passwords, forms from elsewhere and what is no number do nothing', async () => {
  const restaurant = await startBesideOffice({ database, listener: createListener })
  const { app: stock } = restaurant
  const browser = new Browser()
  await browser.get(`${stock}/login`)
  const wrong = await browser.post(`${stock}/login`, { login: 'alma@osteria', password: 'wrong' })
  expect(wrong.text).toContain('There is nobody with this name')
  const before = shown(await logIn(restaurant, browser), 'flour')
  const change = { ingredient: FLOUR, amount: '5' }
  expect((await browser.post(`${stock}/deliver`, change, 'guessed')).text).toContain('That page was too old')
  const headers = { origin: 'https://elsewhere.example', cookie: browser.cookie }
  expect((await fetch(`${stock}/logout`, { method: 'POST', headers })).status).toBe(403)
  for (const amount of ['0', '-5', '1.5', 'all', '1000001', '']) {
    await browser.get(stock)
    expect((await browser.post(`${stock}/deliver`, { ingredient: FLOUR, amount })).status, amount).toBe(400)
  }
  expect(shown(await browser.get(stock), 'flour')).toBe(before)
})

test('nobody takes out what is not there, or what is not kept', async () => {
  const restaurant = await startBesideOffice({ database, listener: createListener })
  const { app: stock } = restaurant
  const browser = new Browser()
  const before = shown(await logIn(restaurant, browser), 'flour')
  const all = await browser.post(`${stock}/take`, { ingredient: FLOUR, amount: String(before + 1) })
  expect(all.text).toContain(`There are only ${before} g of flour`)
  const unknown = await browser.post(`${stock}/take`, { ingredient: '9999', amount: '1' })
  expect(unknown.text).toContain('Your restaurant does not keep that.')
  const taking = Array.from({ length: 4 }, async () =>
    changeStock(database, { restaurant: 1, ingredient: Number(FLOUR), amount: -Math.ceil(before / 3) }),
  )
  const changed = (await Promise.all(taking)).filter(({ type }) => type === 'changed')
  expect(changed.length).toBeLessThanOrEqual(3)
  await changeStock(database, {
    restaurant: 1,
    ingredient: Number(FLOUR),
    amount: changed.length * Math.ceil(before / 3),
  })
})

test('what the store room does not suffice for is struck out of the menu', async () => {
  const { app: stock } = await startBesideOffice({ database, listener: createListener })
  const struck = async (): Promise<number> => (await ask(`${stock}/menu/2`)).text.match(/not today/g)?.length ?? 0
  expect(await struck()).toBe(0)
  const [{ quantity } = { quantity: 0 }] = await database.query<{ quantity: number }>(
    'select quantity from stock where restaurant_id = 2 and ingredient_id = $1',
    [Number(FLOUR)],
  )
  await changeStock(database, { restaurant: 2, ingredient: Number(FLOUR), amount: -quantity })
  const other = await startBesideOffice({ database, listener: createListener })
  expect((await ask(`${other.app}/menu/2`)).text).toContain('not today')
  await changeStock(database, { restaurant: 2, ingredient: Number(FLOUR), amount: quantity })
  expect((await ask(`${other.app}/menu/9`)).status).toBe(404)
  expect((await ask(`${other.app}/menu/x`)).status).toBe(400)
})

test('whoever watches over the process is answered without a session', async () => {
  const { app: stock } = await startBesideOffice({ database, listener: createListener })
  const answer = await fetch(`${stock}/health`, { headers: { cookie: 'sid=planted' } })
  expect([answer.status, answer.headers.get('vary'), await answer.json()]).toEqual([200, null, { alive: true }])
})
