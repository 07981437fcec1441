import { redis } from '@redstart/core/redis'
import { afterAll, beforeAll } from 'vitest'
import { describeSessionStore } from '../src/contract/index.ts'
import { type RedisServer, startRedis } from '../src/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describeSessionStore('Redis', async (options) => ({
  backend: redis({ url: server.url, ...options }),
  // Redis's reply has the seconds first.
  now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
  dispose: async () => {},
}))
