import { type RedisServer, startRedis } from '@redstart/testing'
import { describeSessionStore } from '@redstart/testing/contract'
import { Redis as Redis6 } from 'ioredis'
import { Redis as Redis5 } from 'ioredis-5'
import { afterAll, beforeAll } from 'vitest'
import { redis } from '../../src/redis/index.ts'

const odd = { keyPrefix: 'pre:', db: 3, enableAutoPipelining: true, stringNumbers: true }

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

const clients = {
  'a given client of ioredis 5': () => new Redis5(server.port, server.host, odd),
  'a given client of ioredis 6 in RESP2': () => new Redis6(server.port, server.host, { ...odd, protocol: 2 }),
}

for (const [name, make] of Object.entries(clients)) {
  describeSessionStore(name, async () => {
    const client = make()
    return {
      backend: redis(client),
      // Redis's reply has the seconds first.
      now: async () => Number(((await server.command('TIME')) as string[])[0]) * 1000,
      dispose: async () => client.disconnect(),
    }
  })
}
