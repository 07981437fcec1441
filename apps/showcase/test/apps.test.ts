import { once } from 'node:events'
import { type RedisServer, startRedis } from '@redstart/testing'
import { cacheFromEnv, createApp, type Database, fill, listen, openDatabase, SIGN_INS } from '@redstart-example/express'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { AppName } from '../src/apps.ts'
import { startApps } from '../src/start-apps.ts'

let database: Database
let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
  database = await openDatabase(undefined)
  await fill(database, { orders: 100 })
})
afterAll(async () => {
  await database.close()
  await server.stop()
})

type Addresses = Readonly<Record<AppName | 'office', string>>

/** All four, as `npm start` starts them. */
async function start(apart: boolean): Promise<Addresses> {
  const env = { REDSTART_KEYS: Buffer.alloc(32, 9).toString('base64'), ...(apart && { REDIS_URL: server.url }) }
  const own = { ...process.env }
  Object.assign(process.env, env)
  const { redstart, another, app } = cacheFromEnv(env)
  const office = await listen(createApp({ database, redstart }), '0')
  const apps = await startApps({ database, another, app, apart, port: 0 })
  process.env = own
  onTestFinished(async () => {
    for (const { stop } of apps) await stop()
    office.server.close()
    office.server.closeAllConnections()
    await once(office.server, 'close')
    await redstart.close()
  })
  const entries = [{ name: 'office', port: office.port }, ...apps].map(({ name, port }) => [name, port])
  // Names as they were given.
  return Object.fromEntries(entries.map(([name, port]) => [name, `http://127.0.0.1:${port}`])) as Addresses
}

/** A browser as far as these pages need one: it has one cookie for all ports, and sends what forms have. */
class Browser {
  #cookie = ''

  async get(url: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#ask(url, {})
    return { status: response.status, text: await response.text() }
  }

  async post(url: string, page: string, fields: Readonly<Record<string, string>> = {}): Promise<number> {
    const csrf = /name="csrf" value="([\w-]+)"/.exec((await this.get(page)).text)?.[1] ?? ''
    const body = new URLSearchParams({ ...fields, csrf })
    return (await this.#ask(url, { method: 'POST', body })).status
  }

  async #ask(url: string, init: RequestInit): Promise<Response> {
    const headers = { ...(this.#cookie !== '' && { cookie: this.#cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual', signal: AbortSignal.timeout(60_000) })
    for (const set of response.headers.getSetCookie())
      this.#cookie = /;\s*Max-Age=0/i.test(set) ? '' : (set.split(';')[0] ?? '')
    return response
  }
}

describe.each([
  { what: 'in one process, in memory', apart: false },
  { what: 'in processes of their own, over Redis', apart: true },
])('the four apps $what', ({ apart }) => {
  test('share their log-ins: whoever logs in at one is known to all, and signing out everywhere holds for all', async () => {
    const { office, ...others } = await start(apart)
    const browser = new Browser()
    for (const app of Object.values(others)) expect((await browser.get(`${app}/`)).status).toBe(303)
    const form = { login: 'alma@osteria', password: SIGN_INS.password }
    expect(await browser.post(`${office}/account/login`, `${office}/account`, form)).toBe(303)
    for (const app of Object.values(others)) expect((await browser.get(`${app}/dishes`)).status).not.toBe(303)
    for (const app of Object.values(others)) expect((await browser.get(`${app}/`)).status).toBe(200)
    expect(await browser.post(`${others.analytics}/logout-everywhere`, `${others.analytics}/`)).toBe(303)
    for (const app of Object.values(others)) expect((await browser.get(`${app}/`)).status).toBe(303)
    expect((await browser.get(`${office}/account`)).text).toContain('name="login"')
  })

  test('share what is known of orders: one that is taken in one of them is counted in the others', async () => {
    const { office, analytics } = await start(apart)
    const browser = new Browser()
    const form = { login: 'alma@osteria', password: SIGN_INS.password }
    await browser.post(`${office}/account/login`, `${office}/account`, form)
    const before = (await browser.get(`${analytics}/dishes`)).text
    expect((await browser.get(`${analytics}/dishes`)).text).toBe(before)
    const order = { restaurant: 1, table: 4, lines: [{ dish: 1, quantity: 2 }] }
    const headers = { 'content-type': 'application/json' }
    const placed = await fetch(`${office}/api/orders`, { method: 'POST', headers, body: JSON.stringify(order) })
    expect(placed.status).toBe(201)
    await expect.poll(async () => (await browser.get(`${analytics}/dishes`)).text).not.toBe(before)
  })
})
