import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { sessionTests } from './suite/sessions.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describe('sessions in Redis', () => {
  sessionTests(() => redis(server.url))
})
