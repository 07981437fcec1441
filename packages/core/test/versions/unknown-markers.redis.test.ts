import { startRedis } from '@redstart/testing'
import { expect, it } from 'vitest'
import { createRedstart, type Redstart } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

it('a lazy invalidation over a marker of unknown form does not undo what was in it', async () => {
  await using server = await startRedis()
  const open = (): Redstart =>
    createRedstart({ app: 'a', backend: redis(server.url), deadline: '5s', consistency: 'strict' })
  const one = open()
  await one.cache.getOrSet('m:1', () => 'old', { tags: ['s'] })
  await one.invalidate({ tags: ['s'] })
  await server.command('HSET', '{a}:meta', 't:s', `v2:${String(await server.command('HGET', '{a}:meta', 't:s'))}`)
  await one.invalidate({ tags: ['s'] }, { strategy: 'lazy' })
  const two = open()
  expect(await two.cache.getOrSet('m:1', () => 'new')).toBe('new')
  await Promise.all([one.close(), two.close()])
})

it('more unknown fields than markers that are remembered make nobody forget', async () => {
  await using server = await startRedis()
  const open = (): Redstart =>
    createRedstart({
      app: 'p',
      backend: redis({ url: server.url, markers: 20 }),
      deadline: '5s',
      consistency: 'strict',
    })
  const one = open()
  await one.cache.getOrSet('m:1', () => 'kept')
  for (let n = 0; n < 100; n += 1) await server.command('HSET', '{p}:meta', `x:${n}`, '1')
  await one.invalidate({ tags: ['other'] })
  const two = open()
  expect(await two.cache.getOrSet('m:1', () => 'loaded again')).toBe('kept')
  await Promise.all([one.close(), two.close()])
})
