import { startRedis } from '@redstart/testing'
import { expect, it } from 'vitest'
import { configFromEnv, createRedstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

it('reaches the Redis that the variables name, its parts before what the URL says', async () => {
  await using server = await startRedis({ password: 'of the server' })
  const config = configFromEnv({
    REDIS_URL: 'redis://:another@192.0.2.1:1/0',
    REDIS_HOST: server.host,
    REDIS_PORT: String(server.port),
    REDIS_DB: '3',
    REDIS_PASSWORD: 'of the server',
    CACHE_KEY_PREFIX: 'shop:',
    CACHE_DEFAULT_TTL: '90',
    REDSTART_DEADLINE: '5s',
  })
  const { cache, close } = createRedstart({ ...config.redstart, backend: redis(config.redis) })
  await cache.set('menu:1', 'soup')
  expect(await cache.ttl('menu:1')).toEqual({ fresh: expect.closeTo(90_000, -4), stale: expect.closeTo(90_000, -4) })
  expect(await server.command('INFO', 'keyspace')).toContain('db3:')
  await close()
})
