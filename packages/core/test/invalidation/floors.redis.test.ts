import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { floorTests, MARKERS } from './floors.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

describe('floors of namespaces, in Redis:', () => floorTests(() => redis({ url: server.url, markers: MARKERS })))
