import { type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { describeForeignBytes } from './foreign-bytes.ts'
import { open } from './instance.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

let apps = 0

describeForeignBytes('Redis', () => {
  const app = `foreign${++apps}`
  return {
    backend: redis(server.url),
    app,
    async put(path, bytes) {
      await server.command('SET', `${app}:${path}`, Buffer.from(bytes))
    },
  }
})

describe('another type of Redis under a key of ours', () => {
  it.each([
    ['a list', ['RPUSH', '1']],
    ['a hash', ['HSET', 'field', '1']],
    ['a set', ['SADD', '1']],
    ['a sorted set', ['ZADD', '1', 'a']],
    ['a stream', ['XADD', '*', 'field', '1']],
  ])('%s is a miss, and gives way to the value', async (_, [command = '', ...values]) => {
    const app = `types${++apps}`
    const one = open({ backend: redis(server.url), app })
    const other = open({ backend: redis(server.url), app, clock: one.clock })
    await server.command(command, `${app}:menu:1`, ...values)
    expect(await one.cache.get('menu:1')).toBeUndefined()
    expect(await one.cache.getOrSet('menu:1', () => 'ours')).toBe('ours')
    expect(one.of('cache.miss').map(({ reason }) => reason)).toEqual(['absent', 'absent'])
    expect(one.of('store.error')).toEqual([])
    expect(await other.cache.get('menu:1')).toBe('ours')
    await Promise.all([one.close(), other.close()])
  })
})

describe('something else under the key of the view', () => {
  it.each([
    ['a text', ['SET', 'x']],
    ['another hash', ['HSET', 'field', '1']],
  ])('%s is left alone, told, and named with advice; loads go on', async (_, [command = '', ...values]) => {
    const app = `meta${++apps}`
    const { cache, invalidate, of, close } = open({ backend: redis(server.url), app })
    await server.command(command, `{${app}}:meta`, ...values)
    expect(await cache.getOrSet('menu:1', () => 'loaded')).toBe('loaded')
    expect(await invalidate({ tags: ['a'] })).toEqual({ reached: 'here' })
    const [first] = of('store.error')
    expect(String(first?.error)).toMatch(
      new RegExp(
        `Redis answered (WRONGTYPE|FOREIGN): the key \\{${app}\\}:meta holds something that is not Redstart's; delete it or choose another app name`,
      ),
    )
    expect(await server.command('TYPE', `{${app}}:meta`)).toBe(command === 'SET' ? 'string' : 'hash')
    await close()
  })
})
