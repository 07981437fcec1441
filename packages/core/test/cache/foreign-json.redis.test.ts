import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { describeForeignJson } from './foreign-json.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

let apps = 0

describeForeignJson('Redis', () => {
  const app = `json${++apps}`
  return {
    backend: redis(server.url),
    app,
    async put(path, bytes) {
      await server.command('SET', `${app}:${path}`, Buffer.from(bytes))
    },
  }
})
