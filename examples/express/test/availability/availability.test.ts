import { setTimeout } from 'node:timers/promises'
import { redis } from '@redstart/core/redis'
import { type FaultProxy, faultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../../src/database/database.ts'
import { openDatabase } from '../../src/database/open-database.ts'
import { fill } from '../../src/fill/fill.ts'
import { type BackOffice, startBackOffice } from '../back-office.ts'
import { Customers, RATE, type Served } from './customers.ts'
import { Excuses } from './excuses.ts'
import { Fact } from './fact.ts'

/** What the offices are set to, in ms: see `startBackOffice`; the deadline is that of an application that says nothing. */
const MAX_STALENESS = 300
const DEADLINE = 250
/** What timers and HTTP may add, in ms; on a machine that does something else as well, ten times as much. */
const SLACK = process.env['REDSTART_SOAK'] === '1' ? 100 : 1000
/** Milliseconds; of each cycle Redis is away for the last tenth but one. */
const CYCLE = process.env['REDSTART_SOAK'] === '1' ? 120_000 : 9_000

const excuses = new Excuses()
let database: Database
let server: RedisServer
let proxies: readonly FaultProxy[]
let offices: readonly BackOffice[]

beforeAll(async () => {
  server = await startRedis()
  database = await openDatabase(undefined)
  await fill(database, { orders: 2000 })
  await database.query('update stock set quantity = 1000000000')
  proxies = await Promise.all([faultProxy(server.url), faultProxy(server.url)])
  offices = await Promise.all(
    proxies.map(({ url }) => startBackOffice(excuses.watched(database), redis(url), undefined, DEADLINE)),
  )
})

afterAll(async () => {
  excuses.stop()
  await Promise.all(offices.map((office) => office[Symbol.asyncDispose]()))
  await Promise.all(proxies.map((proxy) => proxy.stop()))
  await database.close()
  await server.stop()
})

interface Absence {
  readonly begin: () => void
  readonly end: () => unknown
}

const ABSENCES: readonly Absence[] = [
  { begin: () => server.pause(), end: () => server.resume() },
  // It comes back empty.
  { begin: () => process.kill(server.pid, 'SIGKILL'), end: () => server.restart() },
  {
    begin: () => proxies.forEach((proxy) => proxy.set({ blackHole: true })),
    end: () => proxies.forEach((proxy) => proxy.clear()),
  },
]

test('at least 99.9 % of all requests are answered right and in time while Redis is away a tenth of the time', async () => {
  const facts = { prices: await factsOf(PRICES), orders: await factsOf(NEWEST_ORDERS) }
  let away = false
  const customers = new Customers({ ...facts, offices, excuses, away: () => away, patience: DEADLINE + SLACK })
  const beAway = async ({ begin, end }: Absence): Promise<void> => {
    await setTimeout(CYCLE * 0.8)
    begin()
    away = true
    await setTimeout(CYCLE / 10)
    away = false
    await end()
  }
  // Whatever is done for the first time takes longer.
  await customers.come(1000)
  for (const absence of ABSENCES) await Promise.all([customers.come(CYCLE), beAway(absence)])
  const served = customers.leave()
  const waited = [...facts.prices, ...facts.orders].reduce((sum, fact) => sum + fact.waited, 0)
  tell(served, waited)
  const { requests, changes, hits, bad } = served
  expect(requests).toBeGreaterThan((3 * CYCLE * RATE * 0.95) / 1000)
  expect(changes).toBeGreaterThan(requests / 80)
  expect(hits).toBeGreaterThan(requests / 10)
  expect(waited).toBeGreaterThan(0)
  expect(1 - bad.length / requests, bad.slice(0, 10).join('\n')).toBeGreaterThanOrEqual(0.999)
})

const PRICES = 'select price_cents as value from dishes order by id'
const NEWEST_ORDERS = `
  select distinct on (restaurant_id) id as value from orders order by restaurant_id, placed_at desc, id desc`

async function factsOf(sql: string): Promise<readonly Fact[]> {
  const rows = await database.query<{ value: number }>(sql)
  return rows.map(({ value }) => new Fact(value, MAX_STALENESS))
}

function tell({ requests, changes, hits, took, bad }: Served, waited: number): void {
  const at = (share: number): string => `${took[Math.floor(took.length * share)]?.toFixed(1)} ms`
  const share = (100 * (1 - bad.length / requests)).toFixed(3)
  console.log(
    `${requests} requests, ${share} % right and in time; ${changes} changes, of which ${waited} waited for Redis; ` +
      `${((100 * hits) / requests).toFixed(1)} % hits; half within ${at(0.5)}, 99 % within ${at(0.99)}, ` +
      `99.9 % within ${at(0.999)}, the last ${took.at(-1)?.toFixed(1)} ms`,
  )
}
