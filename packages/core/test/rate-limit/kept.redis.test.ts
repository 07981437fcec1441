import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  concurrency,
  fixedWindow,
  gcra,
  type LimitPolicy,
  slidingLog,
  slidingWindow,
  tokenBucket,
} from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { openLimiter } from './opened.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

/** Of long times, so that nothing ends before it is looked at. */
const LONG: Readonly<Record<string, LimitPolicy>> = {
  gcra: gcra({ rate: '10/1h' }),
  bucket: tokenBucket({ capacity: 10, every: '1h' }),
  fixed: fixedWindow({ limit: 10, window: '1h' }),
  aligned: fixedWindow({ limit: 10, window: '365d', aligned: true }),
  counter: slidingWindow({ limit: 10, window: '1h' }),
  segments: slidingWindow({ limit: 10, window: '1h', strict: true }),
  log: slidingLog({ limit: 10, window: '1h' }),
}
const policies: Readonly<Record<string, LimitPolicy>> = {
  ...LONG,
  strict: gcra({ rate: '1/1h', burst: 1, block: '1h' }),
  inflight: concurrency({ limit: 2 }),
}

it('keeps nothing without an end, and nothing longer than it matters', async () => {
  await using opened = openLimiter(redis(server.url), policies, { limits: {}, app: 'kept' })
  const { limiter } = opened
  const names = Object.keys(LONG)
  const first = await limiter.check(names, { key: 'k', cost: 2, id: 'once' })
  for (const name of names) {
    const key = `kept:!rl:{k}:${name}:${policies[name]?.rule.kind.charAt(0) ?? ''}`
    const lives = Number(await server.command('PTTL', key))
    expect([name, lives > 0]).toEqual([name, true])
    expect([name, lives]).toEqual([name, Math.min(lives, (first.policies[name]?.resetAfterMs ?? 0) + 1)])
  }
  await limiter.check(names, { key: 'k', cost: 9 })
  await limiter.check(names, { key: 'k', cost: 9, partial: true })
  for (const name of names) {
    await limiter.penalty(name, { key: 'penalty', cost: 3 })
    await limiter.reward(name, { key: 'penalty', cost: 1 })
  }
  // With what it took goes the reply to it.
  await limiter.refund(first)
  await limiter.check(names, { key: 'k', cost: 1, id: 'twice' })
  await limiter.check('strict', { key: 'k', cost: 1 })
  await limiter.check('strict', { key: 'k' })
  await limiter.block({ key: 'other', for: '1h' })
  const held = await limiter.acquire('inflight', { key: 'holder' })
  const keys = (await server.command('KEYS', 'kept:*')) as readonly string[]
  // All limits of two keys, an id, two blocks with what is remembered of them, what was refused then, a permit, and the instances.
  expect(keys).toHaveLength(2 * names.length + 1 + 4 + 1 + 1 + 1)
  for (const key of keys) expect([key, Number(await server.command('PTTL', key)) > 0]).toEqual([key, true])
  if (held.allowed) await held.permit.release()
})
