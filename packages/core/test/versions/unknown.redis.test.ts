import { setTimeout } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redis } from '../../src/redis/index.ts'
import { open, type Watched } from '../cache/instance.ts'

let server: RedisServer
let client: Redis
beforeAll(async () => {
  server = await startRedis()
  client = new Redis({ host: server.host, port: server.port })
})
afterAll(async () => {
  client.disconnect()
  await server.stop()
})

let apps = 0

/** An app with one entry of ours, `menu:1`, and how to open instances of it. */
async function begin(): Promise<{ app: string; key: string; meta: string; bytes: Buffer; another: () => Watched }> {
  const app = `unknown${++apps}`
  const another = (): Watched => open({ backend: redis(server.url), app, deadline: '5s' })
  const { cache, close } = another()
  await cache.getOrSet('menu:1', () => 'ours', { ttl: '1h', tags: ['soup'] })
  await close()
  const key = `${app}:menu:1`
  const bytes = await client.getBuffer(key)
  if (bytes === null) throw new Error('nothing was stored')
  return { app, key, meta: `{${app}}:meta`, bytes, another }
}

const withByte = (at: number, value: number) => (bytes: Buffer) => bytes.fill(value, at, at + 1)
/** Where the fields end and the names begin. */
const LONGER_AT = 60

const LAYOUTS: readonly (readonly [what: string, change: (bytes: Buffer) => Buffer])[] = [
  ...[0, 2, 3, 127, 255].map((n) => [`version ${n}`, withByte(1, n)] as const),
  ...[3, 5, 15].map((n) => [`codec ${n}`, withByte(2, n)] as const),
  ...[1, 2, 3, 4, 8, 15].map((n) => [`compression ${n}`, withByte(2, (n << 4) | 1)] as const),
  ...[0, 2, 3, 15].map((n) => [`fields ${n}`, withByte(3, n << 4)] as const),
  ...[1, 2, 15].map((n) => [`protection ${n}`, withByte(3, 0x10 | n)] as const),
  ['version 2 with a longer header', (bytes) => lengthened(withByte(1, 2)(bytes))],
  ['fields 2 with a longer header', (bytes) => lengthened(withByte(3, 0x20)(bytes))],
  ['version 2 with a clock above ours', (bytes) => withByte(1, 2)(bytes).fill(0x0f, 21, 28)],
  ['version 2 and nothing more', () => Buffer.of(0xc1, 2)],
]

function lengthened(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, LONGER_AT), Buffer.alloc(24, 0x7f), bytes.subarray(LONGER_AT)])
}

describe('an entry of a layout that is not known', () => {
  it.each(LAYOUTS)('%s: reads are misses that are told, and leave it and its lifetime alone', async (_, change) => {
    const { key, bytes, another } = await begin()
    const other = change(Buffer.from(bytes))
    await client.set(key, other, 'PX', 1_000_000)
    const { cache, told, of, close } = another()
    for (let n = 0; n < 3; n += 1) expect(await cache.get('menu:1')).toBeUndefined()
    expect(await cache.get('menu:2')).toBeUndefined()
    await Promise.all([cache.get('menu:1'), cache.get('menu:2')])
    expect(of('cache.miss').filter((miss) => miss.key === 'menu:1')).toMatchObject(
      Array.from({ length: 4 }, () => ({ reason: 'unreadable' })),
    )
    expect(told.map(({ type }) => type).filter((type) => type !== 'cache.miss')).toEqual(['view.reset'])
    expect(await client.getBuffer(key)).toEqual(other)
    expect(await client.pttl(key)).toBeGreaterThan(900_000)
    await close()
  })

  it.each(LAYOUTS)('%s: a load of ours takes its place', async (_, change) => {
    const { key, bytes, another } = await begin()
    await client.set(key, change(Buffer.from(bytes)), 'PX', 1_000_000)
    const one = another()
    expect(await one.cache.getOrSet('menu:1', () => 'again')).toBe('again')
    expect(one.of('cache.write')).toMatchObject([{ outcome: 'stored' }])
    const two = another()
    expect(await two.cache.get('menu:1')).toBe('again')
    expect((await client.getBuffer(key))?.subarray(0, 4)).toEqual(bytes.subarray(0, 4))
    await Promise.all([one.close(), two.close()])
  })
})

/** What a later release may keep in the hash beside what this one knows. */
const FIELDS: Readonly<Record<string, string>> = {
  'n:menu:': '9007199254740991',
  'n:room:': '3 with more than a number',
  'x:menu:1': '\u0000\u0001',
  'kk:menu:1': '99',
  $v: '2',
  $warm: 'a0b1',
  '$k:floor': '77',
  'no kind': '5',
}

describe('a meta hash with fields that are not known', () => {
  it('decides as without them, and keeps them as they are', async () => {
    const { meta, another } = await begin()
    await client.hset(meta, FIELDS)
    const one = another()
    const load = async (instance: Watched, key: string): Promise<unknown> =>
      instance.cache.getOrSet(key, () => 'loaded', { tags: ['soup'] })
    expect(await load(one, 'menu:1')).toBe('ours')
    expect(await load(one, 'menu:2')).toBe('loaded')
    expect(await one.invalidate({ tags: ['else'] })).toEqual({ reached: 'all' })
    const two = another()
    expect(await load(two, 'menu:1')).toBe('ours')
    expect(await one.invalidate({ tags: ['soup'] }, { strategy: 'lazy' })).toEqual({ reached: 'all' })
    const three = another()
    expect(await three.cache.getOrSet('menu:1', () => 'loaded', { staleWhileRevalidate: false })).toBe('loaded')
    expect(await one.cache.clear()).toEqual({ reached: 'all' })
    const four = another()
    expect(await load(four, 'menu:2')).toBe('loaded')
    expect(four.of('cache.miss')).toMatchObject([{ key: 'menu:2', reason: 'invalidated' }])
    for (const { of } of [one, two, three, four]) expect(of('store.error')).toEqual([])
    expect(await client.hgetall(meta)).toMatchObject(FIELDS)
    await Promise.all([one.close(), two.close(), three.close(), four.close()])
  })

  it('keeps them also while markers are forgotten', async () => {
    const app = `unknown${++apps}`
    const { cache, invalidate, of, close } = open({
      backend: redis({ url: server.url, markers: 20 }),
      app,
      deadline: '5s',
    })
    await cache.getOrSet('menu:1', () => 1)
    await client.hset(`{${app}}:meta`, FIELDS)
    for (let n = 0; n < 100; n += 1) await invalidate({ tags: [`t${n}`] })
    const fields = await client.hgetall(`{${app}}:meta`)
    expect(fields).toMatchObject(FIELDS)
    expect(Number(fields['$f'])).toBeGreaterThan(50)
    expect(fields['t:t99']).toBe(fields['$c'])
    expect(of('store.error')).toEqual([])
    await close()
  })
})

describe('a marker whose form is not known', () => {
  it.each([
    ['a word in front', (clock: string) => `v2:${clock}`],
    ['no number', () => 'gone'],
    ['nothing', () => ''],
  ])('%s: the entry is not served, and an invalidation of ours makes it readable again', async (_, form) => {
    const { meta, another } = await begin()
    const one = another()
    await one.invalidate({ tags: ['soup'] })
    await client.hset(meta, 't:soup', form((await client.hget(meta, 't:soup')) ?? ''))
    const two = another()
    expect(await two.cache.getOrSet('menu:1', () => 'loaded', { tags: ['soup'] })).toBe('loaded')
    expect(await two.invalidate({ tags: ['soup'] })).toEqual({ reached: 'all' })
    expect(await client.hget(meta, 't:soup')).toBe(await client.hget(meta, '$c'))
    const three = another()
    expect(await three.cache.getOrSet('menu:1', () => 'again', { tags: ['soup'] })).toBe('again')
    const four = another()
    expect(await four.cache.get('menu:1')).toBe('again')
    await Promise.all([one.close(), two.close(), three.close(), four.close()])
  })
})

const MESSAGES: readonly (readonly [what: string, message: (generation: string, clock: number) => string | Buffer])[] =
  [
    ['nothing', () => ''],
    ['a word', () => 'hello'],
    ['JSON', (generation, clock) => JSON.stringify({ version: 2, generation, clock, names: ['k:menu:1'] })],
    ['bytes that are no text', () => Buffer.of(0xc1, 2, 0xff, 0xfe, 0x0a, 0x0a, 0x0a)],
    ['another kind', (generation, clock) => `${generation}\n${clock}\n${clock + 1}\nfirm\n-\nk:menu:1`],
    ['a version in front', (generation, clock) => `2\n${generation}\n${clock}\n${clock + 1}\nhard\n-\nk:menu:1`],
    ['clocks that are no numbers', (generation) => `${generation}\nfirst\nsecond\nhard\n-\nk:menu:1`],
    ['a clock that is cut off', (generation, clock) => `${generation}\n${clock}`],
    ['a megabyte', () => 'x'.repeat(1024 * 1024)],
  ]

describe('a message on the channel whose form is not known', () => {
  it.each(MESSAGES)('%s: changes nothing, and what follows is heard', async (_, message) => {
    const { app, meta, another } = await begin()
    const one = another()
    const two = another()
    expect(await one.cache.get('menu:1')).toBe('ours')
    const [generation, clock] = await client.hmget(meta, '$g', '$c')
    const reached = await client.publish(`{${app}}:hints`, message(generation ?? '', Number(clock)))
    expect(reached).toBeGreaterThan(0)
    await setTimeout(20)
    expect(await one.cache.get('menu:1')).toBe('ours')
    expect(one.of('cache.hit').map(({ tier }) => tier)).toEqual(['l2', 'l1'])
    // One's own clock stands still: only the message can tell it.
    expect(await two.invalidate({ tags: ['soup'] })).toEqual({ reached: 'all' })
    await expect.poll(() => one.cache.get('menu:1')).toBeUndefined()
    expect(one.of('store.error')).toEqual([])
    expect(one.of('view.reset')).toHaveLength(1)
    await Promise.all([one.close(), two.close()])
  })
})
