import { startRedis } from '@redstart/testing'
import { expect, test } from 'vitest'
import { cacheFromEnv } from '../src/cache-from-env.ts'

/** What the second instance reads of what the first one stored. */
async function readByOther(env: NodeJS.ProcessEnv): Promise<unknown> {
  const [first, second] = [cacheFromEnv(env), cacheFromEnv(env)]
  try {
    await first.redstart.cache.getOrSet('menu:dish:1', () => 'of the first')
    return await second.redstart.cache.getOrSet('menu:dish:1', () => 'of the second')
  } finally {
    await Promise.all([first.redstart.close(), second.redstart.close()])
  }
}

test('processes share the cache when they share the database, and never otherwise', async () => {
  await using server = await startRedis()
  const both = { REDIS_URL: server.url, DATABASE_URL: 'postgres://127.0.0.1/restaurant' }
  expect(await readByOther(both)).toBe('of the first')
  expect(await readByOther({ REDIS_URL: server.url })).toBe('of the second')
  expect(await readByOther({ REDIS_URL: '', DATABASE_URL: both.DATABASE_URL })).toBe('of the second')
})

test('says where the cache is, without credentials', async () => {
  const { redstart, description } = cacheFromEnv({ REDIS_URL: 'redis://user:secret@127.0.0.1:1' })
  expect(description).toBe('Redis at REDIS_URL, not shared, since the database is not')
  await redstart.close()
  expect(() => cacheFromEnv({ REDIS_URL: 'http://127.0.0.1' })).toThrow(/redis:/)
})
