import { redis } from '@redstart/core/redis'
import { afterAll, beforeAll } from 'vitest'
import { describeCacheStore } from '../src/contract/index.ts'
import { type RedisServer, startRedis } from '../src/index.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

describeCacheStore('Redis', async (options) => ({
  backend: redis({ url: server.url, ...options }),
  now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
  foreign: async (app, path, bytes) =>
    await (bytes ? server.command('SET', `${app}:${path}`, bytes) : server.command('DEL', `${app}:${path}`)),
  dispose: async () => {},
}))
