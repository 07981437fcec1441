import type { Backend } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../src/app.ts'
import { createCaches } from '../src/caches/caches.ts'
import type { Database } from '../src/database/database.ts'
import { dayOf } from '../src/reads/day.ts'
import { databaseReads } from '../src/reads/reads.ts'
import { placeOrder } from '../src/writes/place-order.ts'
import { houseInstance, listening } from './beside-office.ts'
import { filledDatabase } from './filled-database.ts'
import { ask, KEPT, keptOf } from './kept.ts'

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

const MENUS = [
  '/restaurants/1/menu',
  '/restaurants/2/menu',
  '/categories/1',
  '/categories/2',
  '/dishes/15',
  '/dishes/16',
]
const PAST = '/restaurants/1/analytics?from=2026-01-01&to=2026-01-31'
const REPORTS = ['/restaurants/1/analytics', '/restaurants/2/analytics', PAST]

/** An office all of whose pages are kept. */
interface Office {
  readonly api: string
  /** Of all pages, those that have to be made anew. */
  dropped(): Promise<readonly string[]>
  /** Gives the status. */
  send(method: string, path: string, body: unknown): Promise<number>
}

async function startOffice(backend?: Backend): Promise<Office> {
  const api = `${await listening(createApp({ database, redstart: houseInstance(backend) }))}/api`
  const pages = [...MENUS, ...REPORTS].map((path) => api + path)
  await keptOf(pages)
  expect(await keptOf(pages)).toEqual(pages)
  return {
    api,
    async dropped() {
      const kept = await keptOf(pages)
      return pages.filter((page) => !kept.includes(page)).map((page) => page.slice(api.length))
    },
    async send(method, path, body) {
      const headers = { 'content-type': 'application/json' }
      return (await fetch(api + path, { method, headers, body: JSON.stringify(body) })).status
    },
  }
}

describe.each(['memory', 'redis'])('over %s', (name) => {
  let office: Office

  beforeEach(async () => {
    await server.command('FLUSHALL')
    office = await startOffice(name === 'redis' ? redis(server.url) : undefined)
  })

  test('an order drops the reports with today in them, of its restaurant, and no other page', async () => {
    const order = { restaurant: 1, table: 4, lines: [{ dish: 1, quantity: 1 }] }
    expect(await office.send('POST', '/orders', order)).toBe(201)
    expect(await office.dropped()).toEqual(['/restaurants/1/analytics'])
    expect(await office.dropped()).toEqual([])
  })

  test('a new price drops the dish, its category and its menu, and no other page', async () => {
    expect(await office.send('PATCH', '/dishes/15/price', { priceCents: 1111 })).toBe(200)
    expect(await office.dropped()).toEqual(['/restaurants/1/menu', '/categories/2', '/dishes/15'])
    expect((await ask(`${office.api}/dishes/15`)).text).toContain('"priceCents":1111')
  })
})

test('what a worker without any route changes drops the same pages', async () => {
  await server.command('FLUSHALL')
  const office = await startOffice(redis(server.url))
  const caches = createCaches(houseInstance(redis(server.url)), databaseReads(database), () => dayOf(new Date()))
  const placed = await placeOrder(database, { restaurant: 2, table: 1, lines: [{ dish: 61, quantity: 1 }] })
  if (placed.type !== 'placed') throw new Error(placed.type)
  await caches.orderPlaced(placed)
  await expect.poll(office.dropped).toEqual(['/restaurants/2/analytics'])
})

describe('an answer that is kept', () => {
  let api: string

  beforeEach(async () => {
    api = `${await listening(createApp({ database, redstart: houseInstance() }))}/api`
  })

  test('says where it came from, and a browser hears that it has not changed', async () => {
    const first = await ask(`${api}/dishes/1`)
    expect([first.status, first.cache, first.headers.get('x-cache')]).toEqual([200, 'fwd=uri-miss; stored', 'miss'])
    const again = await ask(`${api}/dishes/1`)
    expect([again.cache, again.text]).toEqual([expect.stringMatching(KEPT), first.text])
    expect([again.headers.get('x-cache'), again.headers.get('age')]).toEqual(['hit', expect.any(String)])
    expect(again.headers.get('server-timing')).toBeNull()
    const etag = again.headers.get('etag') ?? ''
    const unchanged = await ask(`${api}/dishes/1`, { 'if-none-match': etag })
    expect([unchanged.status, unchanged.text, unchanged.headers.get('cache-control')]).toEqual([
      304,
      '',
      'public, max-age=0',
    ])
  })

  test('is passed by where the database is wanted, or who asks says who they are', async () => {
    await ask(`${api}/dishes/1`)
    expect((await ask(`${api}/dishes/1?cache=off`)).cache).toBe('fwd=bypass; detail=skip')
    expect((await ask(`${api}/dishes/1`, { 'x-cache': 'off' })).headers.get('cache-control')).toBe('no-store')
    expect((await ask(`${api}/dishes/1`, { authorization: 'Bearer x' })).cache).toBe('fwd=bypass; detail=authorization')
  })

  test('may be that there is nothing, and is none where a request was wrong', async () => {
    const answers = [`${api}/dishes/99999`, `${api}/dishes/99999`, `${api}/dishes/x`, `${api}/dishes/x`]
    const seen = []
    for (const url of answers) seen.push(await ask(url))
    expect(seen.map(({ status }) => status)).toEqual([404, 404, 400, 400])
    expect(seen.map(({ cache }) => KEPT.test(cache))).toEqual([false, true, false, false])
  })
})
