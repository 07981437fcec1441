import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { timedRedis } from './places.ts'
import { steps } from './random.ts'
import { limiterTests } from './suite/engine.ts'
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
      dump: async (app) => {
        const keys = (await server.command('KEYS', `${app}:*`)) as readonly string[]
        const dumps = [...keys].sort().map(async (key) => `${key} ${String(await server.command('DUMP', key))}`)
        return await Promise.all(dumps)
      },
      flushScripts: async () => void (await server.command('SCRIPT', 'FLUSH')),
    },
    { steps: steps(60) },
  )
})

describe('a limiter over Redis', () => {
  limiterTests(() => redis(server.url), 'redis')
  leaseTests(() => redis(server.url))
})
