import { fixedWindow } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type RedisServer, startRedis } from '@redstart/testing'
import type { Database } from '@redstart-example/express'
import { houseInstance, listening } from '@redstart-example/express/test/beside-office'
import { Browser } from '@redstart-example/express/test/browser'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { testGuessing } from '@redstart-example/express/test/guessing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createListener } from '../src/index.ts'

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

describe.each(['memory', 'redis'])('over %s', (name) => {
  const backend = name === 'redis' ? () => redis(server.url) : undefined

  /** The numbers, and somebody who is signed in there. */
  async function start(of: Database = database): Promise<(person: number) => Promise<Browser>> {
    const redstart = houseInstance(backend?.(), { policies: { numbers: fixedWindow({ limit: 3, window: '1h' }) } })
    const origin = await listening(createListener({ database: of, redstart }))
    return async (person) => {
      const browser = new Browser({ origin })
      const { cookie } = await redstart.sessions.create({ userId: person, data: { restaurant: 1 } })
      browser.cookie = `sid=${cookie.value}`
      return browser
    }
  }

  test('who has asked for numbers too often is told when to come back, on all devices, and nobody else is', async () => {
    const signedIn = await start()
    const [alma, phone, elif] = [await signedIn(1), await signedIn(1), await signedIn(5)]
    for (const path of ['/hours', '/dishes', '/hours']) expect((await alma.get(path)).status).toBe(200)
    const { status, headers, text } = await phone.get('/dishes')
    expect([status, JSON.parse(text)]).toEqual([429, expect.objectContaining({ 'violated-policies': ['numbers'] })])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await alma.get('/')).status).toBe(200)
    expect((await elif.get('/dishes')).headers.get('ratelimit')).toContain('"numbers";r=2')
  })

  test('of three reports at once two are made, and as many again when these are done', async () => {
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => (open = resolve))
    let making = 0
    const slow: Database = {
      ...database,
      query: async <Row extends object>(...asked: Parameters<Database['query']>) => {
        if (asked[0].includes('order_lines')) {
          making += 1
          await opened
        }
        return await database.query<Row>(...asked)
      },
    }
    const signedIn = await start(slow)
    const [alma, elif, mei] = [await signedIn(1), await signedIn(5), await signedIn(9)]
    const made = [alma.get('/dishes?days=2'), elif.get('/dishes?days=3')]
    await expect.poll(() => making).toBe(2)
    const refused = await mei.get('/dishes?days=4')
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect((await mei.get('/hours')).status).toBe(200)
    open()
    expect((await Promise.all(made)).map(({ status }) => status)).toEqual([200, 200])
    expect((await mei.get('/dishes?days=4')).status).toBe(200)
  })
})
