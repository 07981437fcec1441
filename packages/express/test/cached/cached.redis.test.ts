import { cachedRedisTests, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { loadExpress } from '../express-app.ts'
import { cachedAdapter } from './adapter.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describe('cached responses of Express over Redis', async () => {
  const adapter = cachedAdapter(await loadExpress('express'))
  for (const test of cachedRedisTests) it(test.name, async () => await test.run(adapter, server.url))
})
