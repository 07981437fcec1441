import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { dumped, kept, timedRedis } from './places.ts'
import { steps } from './random.ts'
import { limiterTests } from './suite/engine.ts'
import { keptTests } from './suite/kept.ts'
import { lateTests } from './suite/late.ts'
import { leaseTests } from './suite/leases.ts'
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
      single: true,
      dump: async (app) => await dumped([server], app),
      flushScripts: async () => void (await server.command('SCRIPT', 'FLUSH')),
    },
    { steps: steps(60) },
  )
})

describe('a limiter over Redis', () => {
  limiterTests(() => redis(server.url), 'redis')
  leaseTests(() => redis(server.url))
  keptTests(
    () => redis(server.url),
    async (app) => await kept([server], app),
  )
  lateTests(
    () => redis(server.url),
    () => server,
  )
})
