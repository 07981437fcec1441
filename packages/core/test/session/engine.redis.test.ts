import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { raceTests } from './suite/races.ts'
import { keyTests } from './suite/keys.ts'
import { recordTests } from './suite/records.ts'
import { surfaceTests } from './suite/surface.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describe('sessions in Redis', () => {
  raceTests(() => redis(server.url))
  surfaceTests(() => redis(server.url))
  keyTests(() => redis(server.url))
  recordTests(() => redis(server.url))
})
