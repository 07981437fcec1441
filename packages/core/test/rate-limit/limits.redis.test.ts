import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { timedRedis } from './places.ts'
import { limitStoreTests } from './suite/limits.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describe('limits in Redis', () => {
  limitStoreTests(
    {
      backend: () => redis(server.url),
      timed: (app) => timedRedis(server.url, app),
    },
    { steps: 300 },
  )
})
