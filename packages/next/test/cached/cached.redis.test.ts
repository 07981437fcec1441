import { cachedRedisTests, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { cachedAdapter } from './adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describe('cached route handlers of Next.js over Redis', () => {
  for (const test of cachedRedisTests) it(test.name, async () => await test.run(cachedAdapter, server.url))
})
