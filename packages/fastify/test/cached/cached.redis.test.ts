import { cachedRedisTests, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { loadFastify } from '../fastify-app.ts'
import { cachedAdapter } from './adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describe('cached responses of Fastify over Redis', () => {
  const adapter = cachedAdapter(loadFastify('fastify'))
  for (const test of cachedRedisTests) it(test.name, async () => await test.run(adapter, server.url))
})
