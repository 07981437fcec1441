import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRedstart } from '@redstart/core'
import { createApp, type Database, NAMESPACES, POLICIES, type RestaurantRedstart } from '@redstart-example/express'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createShowcase, type Showcase } from '../src/showcase.ts'
import type { State } from '../src/state.ts'

let database: Database
let redstart: RestaurantRedstart
let showcase: Showcase
let server: Server
let origin: string
let stop: () => void

beforeAll(async () => {
  database = await filledDatabase()
})

afterAll(() => database.close())

beforeEach(async () => {
  redstart = createRedstart({ namespaces: NAMESPACES, policies: POLICIES })
  showcase = createShowcase(redstart, 'in memory')
  server = createServer(showcase.app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // On TCP the address is an object while it listens.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = showcase.run(origin)
})

afterEach(async () => {
  stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await redstart.close()
})

/** The first state that is as wanted. */
async function stateWhere(wanted: (state: State) => boolean): Promise<State> {
  const abort = new AbortController()
  const response = await fetch(`${origin}/live`, {
    signal: AbortSignal.any([abort.signal, AbortSignal.timeout(20_000)]),
  })
  if (response.body === null) throw new Error('no stream')
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    // The server sends a State in every event.
    const found = events.map((event) => JSON.parse(event.replace(/^data: /, '')) as State).find(wanted)
    if (found !== undefined) {
      abort.abort()
      return found
    }
  }
  throw new Error('the stream ended')
}

test('the page is there at once and shows how far the start is, the example is not yet', async () => {
  for (const path of ['/', '/page.js', '/chart.js', '/style.css', '/icon.svg']) {
    const response = await fetch(origin + path)
    expect(response.status, path).toBe(200)
    expect(response.headers.get('content-security-policy'), path).toContain("default-src 'self'")
    await response.arrayBuffer()
  }
  showcase.starting('90 days of orders', 0.5)
  const { phase } = await stateWhere(() => true)
  expect(phase).toEqual({ type: 'starting', label: '90 days of orders', share: 0.5 })

  const early = await fetch(`${origin}/api/dishes/1`)
  expect(early.status).toBe(503)
  expect(early.headers.get('retry-after')).toBe('2')
  expect(await early.json()).toMatchObject({ title: 'Not ready', status: 503 })
  expect((await fetch(`${origin}/account`)).status).toBe(503)
})

test('once ready it measures both ways, and tells what an order invalidates', async () => {
  showcase.ready(createApp({ database, redstart }), database.description)
  const measured = await stateWhere((state) => state.history.length >= 2 && state.hits.total.reads > 0)
  expect(measured).toMatchObject({
    phase: { type: 'ready' },
    cache: 'in memory',
    database: database.description,
    invalidations: [],
  })
  expect(measured.probes).toHaveLength(5)
  for (const probe of measured.probes) {
    expect(probe, probe.label).toEqual({
      label: probe.label,
      path: probe.path,
      cached: expect.any(Number),
      uncached: expect.any(Number),
    })
  }

  const order = { restaurant: 1, table: 2, lines: [{ dish: 1, quantity: 1 }] }
  const placed = await fetch(`${origin}/api/orders`, {
    method: 'POST',
    body: JSON.stringify(order),
    headers: { 'content-type': 'application/json' },
  })
  expect(placed.status).toBe(201)
  const { invalidations, hits } = await stateWhere((state) => state.invalidations.length > 0)
  expect(invalidations).toEqual([
    {
      names: expect.arrayContaining(['key orders:recent:1', 'key inventory:levels:1']),
      reached: 'all',
      remote: false,
      age: expect.any(Number),
    },
  ])
  expect(hits.total.rate).toBeGreaterThan(0)
  expect(hits.entries).toBeGreaterThan(0)
})

test('people sign in at the example’s own page', async () => {
  showcase.ready(createApp({ database, redstart }), database.description)
  const page = await fetch(`${origin}/account`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('<form method="post" action="/account/login">')
})

test('nothing is measured while nobody watches', async () => {
  showcase.ready(createApp({ database, redstart }), database.description)
  await new Promise((resolve) => setTimeout(resolve, 2200))
  expect(redstart.cache.stats().namespaces).toEqual(NOTHING_READ)
})

test('a start that failed is said on the page', async () => {
  showcase.failed('No memory.')
  expect((await stateWhere(() => true)).phase).toEqual({ type: 'failed', message: 'No memory.' })
})

test('the page is told where the other apps are, as soon as they are there', async () => {
  showcase.ready(createApp({ database, redstart }), database.description)
  expect((await stateWhere(() => true)).apps).toEqual([])
  const apps = [{ name: 'orders', framework: 'Hono', url: 'http://127.0.0.1:3003' }]
  showcase.beside(apps)
  expect((await stateWhere(() => true)).apps).toEqual(apps)
})

test('so many pages may watch, and a page that leaves makes room', async () => {
  const aborts = Array.from({ length: 16 }, () => new AbortController())
  await Promise.all(aborts.map(({ signal }) => fetch(`${origin}/live`, { signal })))
  expect((await fetch(`${origin}/live`)).status).toBe(503)
  aborts[0]?.abort()
  await expect
    .poll(async () => {
      const response = await fetch(`${origin}/live`)
      await response.body?.cancel()
      return response.status
    })
    .toBe(200)
  for (const abort of aborts) abort.abort()
})

test.each(['/nothing', '/..%2fpackage.json', '/../package.json', '/%2e%2e/src/main.ts'])('%s is 404', async (path) => {
  expect((await fetch(origin + path)).status).toBe(404)
})

/** All counters of all configured namespaces, before any read. */
const NOTHING_READ = Object.fromEntries(
  Object.keys(NAMESPACES).map((name) => [
    name,
    expect.objectContaining({ l1Hits: 0, l2Hits: 0, misses: 0, loads: 0, hitRate: 0 }),
  ]),
)
