import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { describePrevious } from './previous.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

let apps = 0

describePrevious('Redis', () => ({ backend: redis(server.url), app: `previous${++apps}` }))
