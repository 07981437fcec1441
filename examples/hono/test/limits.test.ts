import { fixedWindow } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { type Database, POLICIES, SIGN_INS } from '@redstart-example/express'
import { Browser } from '@redstart-example/express/test/browser'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { testGuessing } from '@redstart-example/express/test/guessing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createListener } from '../src/index.ts'
import { startHouse } from './house.ts'

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

beforeEach(async () => {
  await server.command('FLUSHALL')
})

testGuessing({ database: () => database, backend: () => redis(server.url), listener: createListener })

test('the 21st order of one person is refused, on Node.js and at the edge alike, and nobody else is', async () => {
  // None comes back while the test runs; at the edge the limit is that of the example.
  const policies = { orders: fixedWindow({ limit: POLICIES.orders.limit, window: '1h' }) }
  const house = await startHouse(database, server, { policies })
  const [alma, elif] = [new Browser(), new Browser()]
  await alma.post(`${house.node}/login`, { login: 'alma@osteria', password: SIGN_INS.password })
  await elif.post(`${house.node}/login`, { login: 'elif@osteria', password: SIGN_INS.password })
  const order = async ({ cookie }: Browser, at: string): Promise<Response> =>
    // An order of nothing is one that is refused later on.
    await fetch(`${at}/orders`, { method: 'POST', headers: { cookie }, redirect: 'manual' })
  const answers = await Promise.all(Array.from({ length: 21 }, async () => await order(alma, house.node)))
  const refused = answers.filter(({ status }) => status === 429)
  expect([refused.length, answers.filter(({ status }) => status === 400).length]).toEqual([1, 20])
  expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(refused[0]?.headers.get('content-type')).toContain('application/problem+json')
  expect((await order(elif, house.node)).status).toBe(400)
  expect((await order(elif, house.edge)).headers.get('ratelimit')).toMatch(/"orders";r=\d+/)
})
