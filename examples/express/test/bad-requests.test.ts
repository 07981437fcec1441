import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BackOffice, counted, type CountedDatabase, startBackOffice } from './back-office.ts'
import { filledDatabase, ORDERS } from './filled-database.ts'

let database: CountedDatabase
let office: BackOffice

beforeAll(async () => {
  database = counted(await filledDatabase())
  office = await startBackOffice(database)
  await office.get('/restaurants/1/staff')
})

afterAll(async () => {
  await office[Symbol.asyncDispose]()
  await database.close()
})

/** What every refusal has: a problem document, and nothing of how the app is built. */
async function expectProblem(path: string, init: RequestInit, status: number): Promise<void> {
  const response = await fetch(office.url + path, { ...init, signal: AbortSignal.timeout(10_000) })
  const text = await response.text()
  expect({ path, status: response.status, text }).toMatchObject({ path, status })
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(JSON.parse(text)).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) })
  expect(text).not.toMatch(/node_modules|\.ts|\.js:|select |postgres/i)
}

const LARGE = '9'.repeat(400)

describe('GET', () => {
  test.each([
    // Ids that are none.
    '/dishes/abc',
    '/dishes/0',
    '/dishes/-1',
    '/dishes/1.0',
    '/dishes/1e3',
    '/dishes/0x10',
    '/dishes/01',
    '/dishes/%201',
    '/dishes/2147483648',
    `/dishes/${LARGE}`,
    '/dishes/NaN',
    "/dishes/1'%20or%20'1'='1",
    '/dishes/1;drop%20table%20dishes',
    '/dishes/%00',
    '/dishes/__proto__',
    '/orders/true',
    '/categories/%F0%9F%8D%95',
    '/restaurants/one/menu',
    '/restaurants/1/stock/flour',
    '/dishes/%E0%A4%A',
    // Parameters that are not known, or twice, or not allowed.
    '/dishes/1?colour=red',
    '/dishes/1?cache=maybe',
    '/dishes/1?cache=off&cache=off',
    '/dishes/1?__proto__=1',
    '/restaurants?limit=5',
    '/restaurants/1/stock?low=yes',
    '/restaurants/1/menu?id[]=1',
    // Dates that are none, that do not exist, or that make no range.
    '/restaurants/1/analytics?from=yesterday',
    '/restaurants/1/analytics?from=2026-02-30',
    '/restaurants/1/analytics?from=2026-13-01',
    '/restaurants/1/analytics?from=2026-1-1',
    '/restaurants/1/analytics?from=0001-01-01&to=0001-02-01',
    '/restaurants/1/analytics?to=9999-12-31',
    '/restaurants/1/analytics?from=2020-01-01&to=2026-01-01',
    '/restaurants/1/analytics?from=2026-02-01&to=2026-01-01',
    '/restaurants/1/analytics?from=-271821-04-20',
    "/restaurants/1/analytics?from=2026-01-01'%3B--",
    '/restaurants/1/analytics?from=',
    '/restaurants/1/analytics?to=2019-12-31',
  ])('%s is 400 and asks nothing', async (path) => {
    const before = database.statements()
    await expectProblem(path, {}, 400)
    expect(database.statements()).toBe(before)
  })

  test.each([
    '/dishes/4711',
    '/dishes/2147483647',
    '/categories/13',
    `/orders/${ORDERS + 1}`,
    '/restaurants/3/menu',
    '/restaurants/3/analytics',
    '/restaurants/1/stock/25',
    '/nothing',
    '/dishes',
    '/../etc/passwd',
  ])('%s is 404', (path) => expectProblem(path, {}, 404))
})

const ORDER = { restaurant: 1, table: 4, lines: [{ dish: 1, quantity: 1 }] }
const JSON_TYPE = { 'content-type': 'application/json' }

function post(body: string, headers: Record<string, string> = JSON_TYPE): RequestInit {
  return { method: 'POST', headers, body }
}

describe('POST /orders', () => {
  test.each<[string, unknown]>([
    ['nothing', {}],
    ['an array', [ORDER]],
    ['null', null],
    ['a number', 5],
    ['an unknown field', { ...ORDER, discount: 100 }],
    ['an unknown field in a line', { ...ORDER, lines: [{ dish: 1, quantity: 1, priceCents: 1 }] }],
    ['no lines', { ...ORDER, lines: [] }],
    [
      'too many lines',
      { ...ORDER, lines: Array.from({ length: 41 }, (_, index) => ({ dish: index + 1, quantity: 1 })) },
    ],
    [
      'a dish twice',
      {
        ...ORDER,
        lines: [
          { dish: 1, quantity: 1 },
          { dish: 1, quantity: 2 },
        ],
      },
    ],
    ['a quantity of 0', { ...ORDER, lines: [{ dish: 1, quantity: 0 }] }],
    ['a quantity below 0', { ...ORDER, lines: [{ dish: 1, quantity: -3 }] }],
    ['half a dish', { ...ORDER, lines: [{ dish: 1, quantity: 0.5 }] }],
    ['a huge quantity', { ...ORDER, lines: [{ dish: 1, quantity: 1e9 }] }],
    ['a quantity as text', { ...ORDER, lines: [{ dish: 1, quantity: '2' }] }],
    ['a dish as an object', { ...ORDER, lines: [{ dish: { $gt: 0 }, quantity: 1 }] }],
    ['SQL for a dish', { ...ORDER, lines: [{ dish: '1); drop table dishes; --', quantity: 1 }] }],
    ['a table that is not there', { ...ORDER, table: 61 }],
    ['an id beyond int4', { ...ORDER, restaurant: 2 ** 40 }],
  ])('with %s is 400 and asks nothing', async (_, body) => {
    const before = database.statements()
    await expectProblem('/orders', post(JSON.stringify(body)), 400)
    expect(database.statements()).toBe(before)
  })

  test.each<[string, number, RequestInit]>([
    ['malformed JSON', 400, post('{"restaurant":1,')],
    [
      'an own __proto__',
      400,
      post('{"restaurant":1,"table":4,"lines":[{"dish":1,"quantity":1}],"__proto__":{"admin":true}}'),
    ],
    ['deep nesting', 400, post(`${'['.repeat(5000)}${']'.repeat(5000)}`)],
    ['an infinite number', 400, post('{"restaurant":1,"table":4,"lines":[{"dish":1,"quantity":1e999}]}')],
    ['a huge body', 413, post(JSON.stringify({ ...ORDER, note: 'x'.repeat(100_000) }))],
    ['no body', 415, { method: 'POST' }],
    ['text', 415, post(JSON.stringify(ORDER), { 'content-type': 'text/plain' })],
    ['an unknown charset', 415, post('{}', { 'content-type': 'application/json; charset=klingon' })],
    ['an unknown encoding', 415, post('{}', { ...JSON_TYPE, 'content-encoding': 'zip' })],
    ['a restaurant that is not there', 404, post(JSON.stringify({ ...ORDER, restaurant: 3 }))],
    ['a dish of the other restaurant', 409, post(JSON.stringify({ ...ORDER, lines: [{ dish: 61, quantity: 1 }] }))],
  ])('with %s is %i', (_, status, init) => expectProblem('/orders', init, status))

  test('says where the mistakes are', async () => {
    const answer = await office.send('POST', '/orders', {
      restaurant: 1,
      table: 0,
      lines: [{ dish: 1, quantity: 'two' }],
    })
    expect(answer.body).toMatchObject({
      title: 'Bad request',
      errors: [{ at: 'table' }, { at: 'lines[0].quantity' }],
    })
  })
})

test.each<[string, string, unknown, number]>([
  ['PATCH', '/dishes/1/price', { priceCents: 0 }, 400],
  ['PATCH', '/dishes/1/price', { priceCents: 12.5 }, 400],
  ['PATCH', '/dishes/1/price', { price: 5 }, 400],
  ['PATCH', '/dishes/x/price', { priceCents: 500 }, 400],
  ['PATCH', '/dishes/9999/price', { priceCents: 500 }, 404],
  ['PATCH', '/orders/1/status', { status: 'placed' }, 400],
  ['PATCH', '/orders/1/status', { status: 'served' }, 409],
  ['PATCH', '/orders/999999/status', { status: 'served' }, 404],
  ['POST', '/ingredients/price-list', { percent: 5 }, 401],
  ['POST', '/restaurants/3/refresh', {}, 404],
  ['DELETE', '/dishes/1', {}, 404],
])('%s %s with %j is %i', (method, path, body, status) =>
  expectProblem(path, { method, headers: JSON_TYPE, body: JSON.stringify(body) }, status),
)

test('a manager’s price list that is none is 400', async () => {
  const headers = { ...JSON_TYPE, ...(await office.manager()) }
  await expectProblem('/ingredients/price-list', { method: 'POST', headers, body: '{"percent":1000}' }, 400)
})

test.each(['sid', 'sid=', 'sid=u1.forged', `sid=a1.${'x'.repeat(73)}`, 'sid=%00', 'sid=a; sid=b'])(
  'the cookie %s is nobody',
  (cookie) => expectProblem('/me', { headers: { cookie } }, 401),
)

test('after all of that the data is as it was', async () => {
  const [row] = await database.query<{ dishes: number; orders: number }>(
    'select (select count(*)::int from dishes) as dishes, (select count(*)::int from orders) as orders',
  )
  expect(row).toEqual({ dishes: 120, orders: ORDERS })
})

test('a failing database is a bare 500 that can be tried again', async () => {
  await database.query('alter table staff rename to crew')
  await expectProblem('/restaurants/2/staff', {}, 500)
  await database.query('alter table crew rename to staff')
  expect(await office.get('/restaurants/2/staff')).toMatchObject({ status: 200, cache: 'miss' })
})
