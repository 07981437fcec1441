import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { type Database, SIGN_INS } from '@redstart-example/express'
import { type BesideOffice, startBesideOffice } from '@redstart-example/express/test/beside-office'
import { Browser, type Shown } from '@redstart-example/express/test/browser'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { ask, KEPT, keptOf } from '@redstart-example/express/test/kept'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createListener } from '../src/index.ts'
import { numbersOf } from '../src/numbers/numbers.ts'

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

/** Logs in at the numbers. */
async function logIn({ app: numbers }: BesideOffice, browser: Browser, login = 'alma@osteria'): Promise<Shown> {
  await browser.get(`${numbers}/login`)
  return await browser.post(`${numbers}/login`, { login, password: SIGN_INS.password })
}

async function placeOrder({ office }: BesideOffice, dish: number): Promise<void> {
  const order = { restaurant: 1, table: 4, lines: [{ dish, quantity: 2 }] }
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(`${office}/api/orders`, { method: 'POST', headers, body: JSON.stringify(order) })
  expect(status).toBe(201)
}

/** The number of orders of the first dish of the page. */
function firstRow({ text }: Shown): readonly string[] {
  const [, name = '', orders = ''] = /<td>([^<]+)<\/td>\s*<td class="number">(\d+)<\/td>/.exec(text) ?? []
  return [name, orders]
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

  test.each(['/', '/dishes', '/hours'])('%s is for who is signed in', async (path) => {
    const asked = await browser.get(restaurant.app + path)
    expect(asked).toMatchObject({ status: 200, path: '/login', text: expect.stringContaining('Please log in first.') })
    await logIn(restaurant, browser)
    expect(await browser.get(restaurant.app + path)).toMatchObject({ status: 200, path })
  })

  test('who logs in is known from then on, until the log-out', async () => {
    expect(await logIn(restaurant, browser)).toMatchObject({
      path: '/',
      text: expect.stringContaining('<h1>Numbers for Alma</h1>'),
    })
    expect((await browser.post(`${restaurant.app}/logout`)).text).toContain('You are signed out.')
    expect((await browser.get(restaurant.app)).path).toBe('/login')
  })

  test('a wrong password and a form from elsewhere log nobody in', async () => {
    const { app: numbers } = restaurant
    await browser.get(`${numbers}/login`)
    const wrong = await browser.post(`${numbers}/login`, { login: 'alma@osteria', password: 'wrong' })
    expect(wrong.text).toContain('There is nobody with this name')
    const fields = { login: 'alma@osteria', password: SIGN_INS.password }
    expect((await browser.post(`${numbers}/login`, fields, 'guessed')).text).toContain('That page was too old')
    const headers = { origin: 'https://elsewhere.example', cookie: browser.cookie }
    expect((await fetch(`${numbers}/logout`, { method: 'POST', headers })).status).toBe(403)
    expect((await browser.get(numbers)).path).toBe('/login')
  })

  test('a log-in at the back office is one here', async () => {
    const { office, app: numbers } = restaurant
    await browser.get(`${office}/account`)
    await browser.post(`${office}/account/login`, { login: 'alma@osteria', password: SIGN_INS.password })
    expect((await browser.get(numbers)).text).toContain('<h1>Numbers for Alma</h1>')
  })

  test('signed out everywhere is signed out in both', async () => {
    const { office, app: numbers } = restaurant
    const phone = new Browser()
    await logIn(restaurant, phone)
    await logIn(restaurant, browser)
    expect((await browser.post(`${numbers}/logout-everywhere`)).text).toContain('on all of your 2 devices')
    expect((await phone.get(numbers)).path).toBe('/login')
    expect((await fetch(`${office}/api/me`, { headers: { cookie: phone.cookie } })).status).toBe(401)
  })

  test('an order at the back office is in the numbers, which come out of the cache until then', async () => {
    const { app: numbers } = restaurant
    await logIn(restaurant, browser)
    const url = `${numbers}/dishes?days=1`
    const [dish] = await database.query<{ id: number; name: string }>(
      'select id, name from dishes where restaurant_id = 1 order by id limit 1',
    )
    // As many that this dish is ordered most of all, whatever was before.
    for (let n = 0; n < 12; n++) await placeOrder(restaurant, dish?.id ?? 0)
    await expect.poll(async () => firstRow(await browser.get(url))[0]).toBe(dish?.name)
    const [, before] = firstRow(await browser.get(url))
    // Past the apps: nobody tells the cache.
    await database.query(`update orders set status = 'cancelled' where id = (select max(id) from orders)`)
    expect(firstRow(await browser.get(url))[1]).toBe(before)
    await placeOrder(restaurant, dish?.id ?? 0)
    await placeOrder(restaurant, dish?.id ?? 0)
    await expect.poll(async () => firstRow(await browser.get(url))[1]).toBe(String(Number(before) + 1))
  })

  test('its people share pages, which an order at the back office drops, and no others of either app', async () => {
    const { app: numbers, office } = restaurant
    const [alma, elif, other] = [browser, new Browser(), new Browser()]
    await logIn(restaurant, alma)
    await logIn(restaurant, elif, 'elif@osteria')
    await logIn(restaurant, other, 'elif@izakaya')
    const today = [`${numbers}/dishes`, `${numbers}/hours?days=1`]
    const made = await ask(today[0] ?? '', { cookie: alma.cookie })
    expect([made.cache, made.headers.get('cache-control')]).toEqual(['fwd=uri-miss; stored', 'private, no-cache'])
    const shared = await ask(today[0] ?? '', { cookie: elif.cookie })
    expect([shared.cache, shared.text]).toEqual([expect.stringMatching(KEPT), made.text])
    expect(shared.text).toMatch(/Made at [\d:.]+ UTC/)
    // Of another restaurant, and of nobody.
    expect((await ask(today[0] ?? '', { cookie: other.cookie })).cache).toBe('fwd=uri-miss; stored')
    expect(await ask(today[0] ?? '')).toMatchObject({ status: 303, cache: 'fwd=bypass; detail=no-user' })

    const report = `${office}/api/restaurants/1/analytics`
    const left = [`${office}/api/restaurants/1/menu`, `${office}/api/restaurants/2/analytics`]
    await keptOf([...today, ...left, report], { cookie: alma.cookie })
    await placeOrder(restaurant, 1)
    expect((await ask(report)).cache).toBe('fwd=uri-miss; stored')
    for (const page of today)
      await expect.poll(async () => (await ask(page, { cookie: elif.cookie })).cache).toContain('stored')
    expect(await keptOf(left)).toEqual(left)
    expect(await keptOf([today[0] ?? ''], { cookie: other.cookie })).toHaveLength(1)
  })
})

test('a range that is none is a 400', async () => {
  const restaurant = await startBesideOffice({ database, listener: createListener })
  const browser = new Browser()
  await logIn(restaurant, browser)
  for (const days of ['0', '91', 'all', '1.5'])
    expect((await browser.get(`${restaurant.app}/hours?days=${days}`)).status).toBe(400)
  expect((await browser.get(`${restaurant.app}/hours?days=90`)).status).toBe(200)
})

test('both pages count the same orders', async () => {
  const range = { from: '2020-01-01', to: '2100-01-01' }
  const [hours, dishes] = [await numbersOf(database).hours(1, range), await numbersOf(database).dishes(1, range)]
  const [row] = await database.query<{ lines: number; orders: number }>(`
    select count(*)::int as lines, count(distinct o.id)::int as orders
    from orders o join order_lines l on l.order_id = o.id where o.restaurant_id = 1 and o.status <> 'cancelled'`)
  expect(hours.reduce((sum, { orders }) => sum + orders, 0)).toBe(row?.orders)
  expect(dishes.reduce((sum, { orders }) => sum + orders, 0)).toBe(row?.lines)
})
