import { fixedWindow } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createApp, type Database, POLICIES, SIGN_INS } from '../src/index.ts'
import { houseInstance, listening } from './beside-office.ts'
import { Browser, type Shown } from './browser.ts'
import { filledDatabase } from './filled-database.ts'

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

/** The office behind one proxy, with limits that do not come back while a test runs. */
async function startBehindProxy(name: string): Promise<string> {
  const policies = {
    guesses: fixedWindow({ limit: 2, window: '1h', block: '1h' }),
    guessers: fixedWindow({ limit: 3, window: '1h' }),
    ordersFrom: fixedWindow({ limit: POLICIES.ordersFrom.limit, window: '1h' }),
  }
  const redstart = houseInstance(name === 'redis' ? redis(server.url) : undefined, { policies })
  return await listening(createApp({ database, redstart }).set('trust proxy', 1))
}

describe.each(['memory', 'redis'])('over %s', (name) => {
  let origin: string

  beforeEach(async () => {
    await server.command('FLUSHALL')
    origin = await startBehindProxy(name)
  })

  const guess = async (address: string, login: string, password: string): Promise<Shown> => {
    const browser = new Browser({ origin, headers: { 'x-forwarded-for': address } })
    await browser.get('/account')
    return await browser.post('/account/login', { login, password })
  }

  test('the 21st order at once from one address is refused, and the one of another address is taken', async () => {
    const order = async (address: string): Promise<Response> =>
      await fetch(`${origin}/api/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
        // What is refused for its dishes is asked of the database, too.
        body: JSON.stringify({ restaurant: 1, table: 4, lines: [{ dish: 9999, quantity: 1 }] }),
      })
    const answers = await Promise.all(Array.from({ length: 21 }, async () => await order('203.0.113.7')))
    const refused = answers.filter(({ status }) => status === 429)
    expect([refused.length, answers.filter(({ status }) => status === 409).length]).toEqual([1, 20])
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused[0]?.headers.get('content-type')).toContain('application/problem+json')
    expect(await refused[0]?.json()).toMatchObject({ status: 429, code: 'QUOTA_EXCEEDED' })
    expect((await order('203.0.113.8')).status).toBe(409)
  })

  test('one account is guessed from as many addresses as one likes, and no more often for it', async () => {
    const statuses: number[] = []
    for (const n of [1, 2, 3, 4]) statuses.push((await guess(`203.0.113.${n}`, 'alma@osteria', 'wrong')).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    expect((await guess('203.0.113.5', 'alma@osteria', SIGN_INS.password)).status).toBe(429)
    expect((await guess('203.0.113.1', 'elif@osteria', SIGN_INS.password)).text).toContain('Hello Elif')
  })

  test('many accounts are guessed from one address three times, and others go on', async () => {
    for (const login of ['a', 'b', 'c']) expect((await guess('203.0.113.1', login, 'wrong')).status).toBe(200)
    expect((await guess('203.0.113.1', 'alma@osteria', SIGN_INS.password)).status).toBe(429)
    expect((await guess('203.0.113.2', 'alma@osteria', SIGN_INS.password)).text).toContain('Hello Alma')
  })

  test('whoever has a cookie guesses the password that is asked for again twice', async () => {
    const browser = new Browser({ origin, headers: { 'x-forwarded-for': '203.0.113.1' } })
    await browser.get('/account')
    await browser.post('/account/login', { login: 'alma@osteria', password: SIGN_INS.password })
    const confirm = async (password: string): Promise<number> => {
      await browser.get('/account/confirm')
      return (await browser.post('/account/confirm', { password })).status
    }
    expect([await confirm('wrong'), await confirm('wrong'), await confirm(SIGN_INS.password)]).toEqual([200, 200, 429])
  })
})

test('an account that nobody has, named as a key of something else, blocks nobody else', async () => {
  const origin = await startBehindProxy('memory')
  const browser = (address: string): Browser => new Browser({ origin, headers: { 'x-forwarded-for': address } })
  for (const [n, login] of ['203.0.113.9', '203.0.113.9', '203.0.113.9'].entries()) {
    const one = browser(`198.51.100.${n}`)
    await one.get('/account')
    await one.post('/account/login', { login, password: 'wrong' })
  }
  const alma = browser('203.0.113.9')
  await alma.get('/account')
  const shown = await alma.post('/account/login', { login: 'alma@osteria', password: SIGN_INS.password })
  expect(shown.text).toContain('Hello Alma')
})
