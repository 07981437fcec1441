import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { fill } from '../src/fill/fill.ts'
import type { Dashboard } from '../src/reads/analytics.ts'
import type { StockLevel } from '../src/reads/inventory.ts'
import type { RecipeCost } from '../src/reads/menu.ts'
import type { OrderSummary } from '../src/reads/orders.ts'
import { type BackOffice, counted, type CountedDatabase, startBackOffice } from './back-office.ts'

const ORDERS = 2000

let database: CountedDatabase
let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
  database = counted(await openDatabase(undefined))
  await fill(database, { orders: ORDERS })
})

afterAll(async () => {
  await database.close()
  await server.stop()
})

/** The statements that `work` made the database run. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const before = database.statements()
  await work()
  return database.statements() - before
}

const READS = [
  '/restaurants',
  '/restaurants/1/menu',
  '/restaurants/1/analytics',
  '/restaurants/1/analytics?from=2026-01-01&to=2026-01-31',
  '/restaurants/1/stock',
  '/restaurants/1/stock?low=true',
  '/restaurants/1/stock/1',
  '/restaurants/1/orders',
  '/restaurants/1/promotions',
  '/restaurants/1/staff',
  '/categories/3',
  '/dishes/5',
  '/dishes/5/cost',
  '/orders/7',
]

describe.each(['memory', 'redis'])('over %s', (name) => {
  let office: BackOffice

  beforeEach(async () => {
    await server.command('FLUSHALL')
    office = await startBackOffice(database, name === 'redis' ? redis(server.url) : undefined)
    // Learns which restaurants there are, which is no part of any read below.
    await office.get('/restaurants/1/staff?cache=off')
  })

  afterEach(() => office[Symbol.asyncDispose]())

  test.each(READS)('the second GET %s asks nothing and answers the same', async (path) => {
    const first = await office.get(path)
    expect(first).toMatchObject({ status: 200, cache: 'miss' })
    const again = await statementsOf(async () => {
      expect(await office.get(path)).toEqual({ ...first, cache: 'hit' })
    })
    expect(again).toBe(0)
    expect(await office.get(path, { 'x-cache': 'off' })).toEqual({ ...first, cache: 'off' })
  })

  test('?cache=off asks the database every time', async () => {
    await office.get('/dishes/5')
    expect(await statementsOf(() => office.get('/dishes/5?cache=off'))).toBe(2)
    expect(await statementsOf(() => office.get('/dishes/5?cache=off'))).toBe(2)
  })

  test('an unknown dish is 404, and the second time without a question', async () => {
    expect(await office.get('/dishes/99999')).toMatchObject({ status: 404, cache: 'miss' })
    expect(await statementsOf(() => office.get('/dishes/99999'))).toBe(0)
    expect(await office.get('/dishes/99999')).toMatchObject({
      status: 404,
      cache: 'hit',
      type: expect.stringContaining('problem+json'),
    })
  })

  test('twenty requests that come at once on a cold cache run the queries of one', async () => {
    const answers = await expectStatements(3, () =>
      Promise.all(Array.from({ length: 20 }, () => office.get('/restaurants/2/analytics'))),
    )
    const outcomes = answers.map((answer) => answer.cache)
    expect(outcomes.filter((outcome) => outcome === 'miss')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'joined' || outcome === 'hit')).toHaveLength(19)
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1)
  })

  test('an order shows at once in stock, orders and reports with today, and nowhere else', async () => {
    const [report, tomato, orders] = [
      '/restaurants/1/analytics',
      '/restaurants/1/stock/11',
      '/restaurants/1/orders',
    ] as const
    const kept = [
      '/restaurants/2/analytics',
      '/restaurants/1/analytics?from=2026-01-01&to=2026-01-31',
      '/restaurants/1/stock/1',
      '/restaurants/1/menu',
      '/dishes/1',
      '/orders/7',
    ]
    const before = (await office.get<Dashboard>(report)).body
    const stock = (await office.get<StockLevel>(tomato)).body
    for (const path of [orders, '/restaurants/1/stock', ...kept]) await office.get(path)

    // Bruschetta: bread, tomato (120 g a portion), garlic, basil, oil.
    const placed = await office.send<OrderSummary>('POST', '/orders', {
      restaurant: 1,
      table: 4,
      lines: [{ dish: 1, quantity: 2 }],
    })
    expect(placed).toMatchObject({ status: 201, body: { totalCents: 1300, invalidated: 'all' } })

    for (const path of kept) expect(await office.get(path), path).toMatchObject({ cache: 'hit' })
    expect((await office.get('/restaurants/1/stock')).cache).toBe('miss')
    expect(await office.get(tomato)).toMatchObject({ cache: 'miss', body: { quantity: stock.quantity - 240 } })
    expect(await office.get(orders)).toMatchObject({
      cache: 'miss',
      body: [{ id: placed.body.id, status: 'placed' }, ...Array.from({ length: 19 }, () => ({}))],
    })
    const after = { orders: before.orders + 1, revenueCents: before.revenueCents + 1300 }
    expect(await office.get(report)).toMatchObject({ cache: 'miss', body: after })
  })

  test('a number that was asked for before it was given is found once it is', async () => {
    const order = { restaurant: 2, table: 1, lines: [{ dish: 61, quantity: 1 }] }
    const next = (await office.send<OrderSummary>('POST', '/orders', order)).body.id + 1
    expect((await office.get(`/orders/${next}`)).status).toBe(404)
    expect(await office.send('POST', '/orders', order)).toMatchObject({ body: { id: next } })
    expect(await office.get(`/orders/${next}`)).toMatchObject({
      status: 200,
      body: { lines: [{ dish: 61, quantity: 1 }] },
    })
  })

  test('a new price shows in the dish, its cost, its category and the menu', async () => {
    const paths = ['/dishes/15', '/dishes/15/cost', '/categories/2', '/restaurants/1/menu']
    for (const path of [...paths, '/dishes/16', '/categories/1', '/restaurants/2/menu']) await office.get(path)
    const priceCents = name === 'redis' ? 1234 : 1235
    expect(await office.send('PATCH', '/dishes/15/price', { priceCents })).toMatchObject({ status: 200 })
    for (const path of paths) {
      const answer = await office.get(path)
      expect(answer.cache, path).toBe('miss')
      expect(JSON.stringify(answer.body), path).toContain(`"priceCents":${priceCents}`)
    }
    for (const path of ['/dishes/16', '/categories/1', '/restaurants/2/menu'])
      expect((await office.get(path)).cache, path).toBe('hit')
  })

  test('a new price list shows in every recipe cost and leaves the dishes', async () => {
    const before = (await office.get<RecipeCost>('/dishes/11/cost')).body
    for (const path of ['/dishes/70/cost', '/dishes/11']) await office.get(path)
    await office.send('POST', '/ingredients/price-list', { percent: 50 }, await office.manager())
    expect((await office.get<RecipeCost>('/dishes/11/cost')).body.costCents).toBeGreaterThan(before.costCents * 1.3)
    expect((await office.get('/dishes/70/cost')).cache).toBe('miss')
    expect((await office.get('/dishes/11')).cache).toBe('hit')
  })

  test('cancelling an order takes it out of the report', async () => {
    const order = { restaurant: 1, table: 4, lines: [{ dish: 2, quantity: 1 }] }
    const { id } = (await office.send<OrderSummary>('POST', '/orders', order)).body
    const before = (await office.get<Dashboard>('/restaurants/1/analytics')).body.orders
    expect(await office.get(`/orders/${id}`)).toMatchObject({ body: { status: 'placed' } })
    expect((await office.send('PATCH', `/orders/${id}/status`, { status: 'cancelled' })).status).toBe(200)
    expect(await office.get(`/orders/${id}`)).toMatchObject({ body: { status: 'cancelled' } })
    expect(await office.get('/restaurants/1/analytics')).toMatchObject({ body: { orders: before - 1 } })
    expect((await office.send('PATCH', `/orders/${id}/status`, { status: 'served' })).status).toBe(409)
  })

  test('refreshing a restaurant forgets all of it and nothing of the other', async () => {
    const own = ['menu', 'analytics', 'stock', 'orders', 'promotions', 'staff']
    for (const part of own) {
      await office.get(`/restaurants/1/${part}`)
      await office.get(`/restaurants/2/${part}`)
    }
    expect((await office.send('POST', '/restaurants/1/refresh', {})).body).toEqual({ invalidated: 'all' })
    for (const part of own) {
      expect((await office.get(`/restaurants/1/${part}`)).cache, part).toBe('miss')
      expect((await office.get(`/restaurants/2/${part}`)).cache, part).toBe('hit')
    }
  })
})

test('what is out of stock is refused, and nothing of the order is kept', async () => {
  await using office = await startBackOffice(database)
  const lines = [
    { dish: 1, quantity: 1 },
    { dish: 31, quantity: 20 },
  ]
  await database.query('update stock set quantity = 100 where restaurant_id = 1 and ingredient_id = 1')
  const before = (await office.get('/restaurants/1/stock?cache=off')).body
  const report = (await office.get('/restaurants/1/analytics?cache=off')).body
  const answer = await office.send('POST', '/orders', { restaurant: 1, table: 4, lines })
  expect(answer).toMatchObject({ status: 409, body: { title: 'Out of stock', detail: 'There is not enough flour.' } })
  expect((await office.get('/restaurants/1/stock?cache=off')).body).toEqual(before)
  expect((await office.get('/restaurants/1/analytics?cache=off')).body).toEqual(report)
})

test('two apps over one Redis agree within maxStaleness', async () => {
  await server.command('FLUSHALL')
  await using here = await startBackOffice(database, redis(server.url))
  await using there = await startBackOffice(database, redis(server.url))
  const report = '/restaurants/2/analytics'
  for (let round = 0; round < 5; round += 1) {
    const before = (await there.get<Dashboard>(report)).body.orders
    expect(await here.get(report)).toMatchObject({ body: { orders: before } })
    await here.send('POST', '/orders', { restaurant: 2, table: 9, lines: [{ dish: 70, quantity: 1 }] })
    expect(await here.get(report)).toMatchObject({ body: { orders: before + 1 } })
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await there.get(report)).toMatchObject({ body: { orders: before + 1 } })
  }
})

test('what one app loaded, the other takes from Redis', async () => {
  await server.command('FLUSHALL')
  await using here = await startBackOffice(database, redis(server.url))
  await using there = await startBackOffice(database, redis(server.url))
  const loaded = (await here.get('/orders/9')).body
  await expectStatements(0, async () => expect((await there.get('/orders/9')).body).toEqual(loaded))
})

async function expectStatements<Result>(statements: number, work: () => Promise<Result>): Promise<Result> {
  const before = database.statements()
  const result = await work()
  expect(database.statements() - before).toBe(statements)
  return result
}
