import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../src/database/database.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { fill } from '../src/fill/fill.ts'
import { databaseReads } from '../src/reads/reads.ts'
import { placeOrder } from '../src/writes/place-order.ts'

let server: Worker
let database: Database
let port: number

beforeAll(async () => {
  server = new Worker(new URL('./postgres-server.mjs', import.meta.url))
  const [listening] = (await once(server, 'message')) as [number] // it posts nothing but its port
  port = listening
  database = await openDatabase(`postgres://postgres:secret@127.0.0.1:${port}/postgres`)
})

afterAll(async () => {
  await database.close()
  await server.terminate()
})

test('a server is filled once, in a schema of its own', async () => {
  expect(await fill(database, { orders: 300 })).toBe(true)
  expect(await fill(database, { orders: 300 })).toBe(false)
  const schemas = await database.query(
    `select distinct table_schema as name from information_schema.tables
     where table_schema not in ('pg_catalog', 'information_schema')`,
  )
  expect(schemas).toEqual([{ name: 'redstart_example' }])
})

test('reads and writes give what they give inside the process', async () => {
  const reads = databaseReads(database)
  expect(await reads.menu.dish(3)).toMatchObject({
    id: 3,
    name: 'Caprese',
    priceCents: 920,
    changedAt: expect.any(Date),
  })
  const lines = [{ dish: 3, quantity: 2 }]
  const placed = await placeOrder(database, { restaurant: 1, table: 5, lines })
  expect(placed).toMatchObject({ type: 'placed', id: 301, totalCents: 1840, placedAt: expect.any(Date) })
  expect(await reads.orders.order(301)).toMatchObject({
    status: 'placed',
    lines: [{ dish: 3, name: 'Caprese', quantity: 2 }],
  })
  expect((await reads.orders.recent(1))[0]).toMatchObject({ id: 301, status: 'placed' })
})

test('a transaction that fails leaves nothing, and the connection goes on', async () => {
  const failing = database.transaction(async (queries) => {
    await queries.query('update dishes set price_cents = 1')
    await queries.query('select 1 / 0')
  })
  await expect(failing).rejects.toMatchObject({ code: '22012' })
  expect(await database.query('select min(price_cents) > 1 as kept from dishes')).toEqual([{ kept: true }])
})

test('descriptions and errors do not show the password', async () => {
  expect(database.description).toMatch(
    /^PostgreSQL \d+\.\d+ at DATABASE_URL \(database postgres, schema redstart_example\)$/,
  )
  const nobody = openDatabase('postgres://somebody:secret@127.0.0.1:1/postgres')
  await expect(nobody).rejects.toThrow(
    'The PostgreSQL server of DATABASE_URL cannot be used: connect ECONNREFUSED 127.0.0.1:1. Check the URL and that it runs, or leave DATABASE_URL out',
  )
  await expect(nobody).rejects.not.toThrow(/secret/)
})
