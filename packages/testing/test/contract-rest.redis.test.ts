import { redisHttp } from '@redstart/core/redis-http'
import { afterAll, beforeAll } from 'vitest'
import { describeCacheStore, describeSessionStore, type OpenBackend } from '../src/contract/index.ts'
import { type RedisRest, type RedisServer, startRedis, startRedisRest } from '../src/index.ts'

let server: RedisServer
let rest: RedisRest
beforeAll(async () => {
  server = await startRedis()
  rest = await startRedisRest({ redisUrl: server.url })
})
afterAll(async () => {
  await rest.stop()
  await server.stop()
})

const open: OpenBackend = async (options) => ({
  backend: redisHttp({ url: rest.url, token: rest.token, ...options }),
  now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
  foreign: async (app, path, bytes) =>
    await (bytes ? server.command('SET', `${app}:${path}`, bytes) : server.command('DEL', `${app}:${path}`)),
  silent: true,
  dispose: async () => {},
})

describeCacheStore('Redis over HTTP', open)
describeSessionStore('Redis over HTTP', open)
