import { randomBytes } from 'node:crypto'
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

test('processes share sessions when they share the database, the Redis and a key', async () => {
  await using server = await startRedis()
  const key = randomBytes(32).toString('base64')
  const both = { REDIS_URL: server.url, DATABASE_URL: 'postgres://127.0.0.1/restaurant' }
  const [first, second] = [
    cacheFromEnv({ ...both, REDSTART_KEYS: key }),
    cacheFromEnv({ ...both, SESSION_ENCRYPTION_KEY: key }),
  ]
  const { cookie } = await first.redstart.sessions.create({ userId: 1 })
  expect(await second.redstart.sessions.introspect(cookie.value)).toMatchObject({ active: true, userId: '1' })
  await Promise.all([first.redstart.close(), second.redstart.close()])
})

test('says who can sign in, or what is missing', async () => {
  const url = { REDIS_URL: 'redis://127.0.0.1:1' }
  const said = ([{}, url, { ...url, REDSTART_KEYS: 'k'.repeat(32) }] as const).map((env) => {
    const { redstart, signIn } = cacheFromEnv(env)
    void redstart.close()
    return signIn
  })
  expect(said).toEqual([
    expect.stringContaining('as alma@osteria'),
    'not without a key: REDSTART_KEYS=$(openssl rand -base64 32), the same for all processes',
    expect.stringContaining('as alma@osteria'),
  ])
  expect(() => cacheFromEnv({ REDSTART_KEYS: 'hunter2' })).toThrow(/^(?!.*hunter2).*no sealing key.*openssl/)
})

test('says where the cache is, without credentials', async () => {
  const { redstart, description } = cacheFromEnv({ REDIS_URL: 'redis://user:secret@127.0.0.1:1' })
  expect(description).toBe('Redis at REDIS_URL, not shared, since the database is not')
  await redstart.close()
  expect(() => cacheFromEnv({ REDIS_URL: 'http://127.0.0.1' })).toThrow(/redis:/)
})
