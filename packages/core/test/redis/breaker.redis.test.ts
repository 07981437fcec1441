import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RedstartError, systemClock } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

let server: RedisServer

beforeAll(async () => {
  server = await startRedis()
})

afterAll(async () => {
  await server.stop()
})

test('a server that stands still costs five timeouts, then next to nothing, until it answers again', async () => {
  const clock = systemClock()
  const backend = redis({ url: server.url, breaker: { openFor: '200ms', longest: '200ms' } })
  const store = backend.cache({ app: 'breaker', clock })
  const read = (deadline = 100): Promise<string> =>
    store.read({ keys: ['a:1'] }, deadline).then(
      () => 'answered',
      (error: unknown) => (RedstartError.is(error) ? error.code : 'another error'),
    )
  try {
    expect(await read(5000)).toBe('answered')
    server.pause()
    const codes = []
    for (let i = 0; i < 5; i++) codes.push(await read())
    expect(codes).toEqual(Array.from({ length: 5 }, () => 'STORE_TIMEOUT'))

    const begun = performance.now()
    for (let i = 0; i < 1000; i++) expect(await read()).toBe('STORE_UNAVAILABLE')
    // Of one each: a hundredth of what they would wait.
    expect((performance.now() - begun) / 1000).toBeLessThan(10)

    server.resume()
    await expect.poll(() => read(1000)).toBe('answered')
  } finally {
    server.resume()
    await store.close()
  }
})

test('calls in a hurry do not open the breaker', async () => {
  const store = redis(server.url).cache({ app: 'hurry', clock: systemClock() })
  try {
    await store.read({ keys: ['a:1'] }, 1000)
    server.pause()
    for (let i = 0; i < 20; i++) await store.read({ keys: ['a:1'] }, 2).catch(() => undefined)
    server.resume()
    expect(await store.read({ keys: ['a:1'] }, 1000)).toMatchObject({ entries: [undefined] })
  } finally {
    server.resume()
    await store.close()
  }
})
