import { type RedisServer, startRedis } from '@redstart/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'

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
const opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

interface Told extends Redstart {
  readonly app: string
  readonly told: readonly RedstartEvent[]
}

function join(app: string, options: RedstartOptions = {}): Told {
  const redstart = createRedstart({ backend: redis(server.url), app, deadline: '5s', ...options })
  const told: RedstartEvent[] = []
  redstart.events.subscribe((event) => void told.push(event))
  opened.push(redstart)
  return { ...redstart, app, told }
}

function pair(options: RedstartOptions = {}): readonly [Told, Told] {
  const app = `surface${++apps}`
  return [join(app, options), join(app, options)]
}

describe('touch over Redis', () => {
  it('lets an entry live longer for all instances, in Redis as well', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'x'.repeat(1000), { ttl: '1m' })
    await two.cache.get('menu:1')
    expect(await two.cache.touch('menu:1', { ttl: '1h', stale: '1h' })).toBe(true)
    const physical = await client.pttl(`${one.app}:menu:1`)
    expect(physical).toBeGreaterThan(7_100_000)
    expect(physical).toBeLessThanOrEqual(7_200_000)
    const life = await join(one.app).cache.ttl('menu:1')
    expect(life?.fresh).toBeGreaterThan(3_500_000)
    expect(life?.stale).toBeGreaterThan(7_100_000)
    expect(await join(one.app).cache.get('menu:1')).toBe('x'.repeat(1000))
  })

  it.each([{ algorithm: 'gzip', threshold: 100 } as const, undefined])(
    'leaves the value as it was, with compression %j',
    async (compression) => {
      const [one, two] = pair({ defaults: { ...(compression && { compression }) } })
      const value = { list: Array.from({ length: 200 }, (_, id) => ({ id, at: new Date(id) })) }
      await one.cache.set('menu:1', value)
      expect(await one.cache.touch('menu:1', { ttl: '2h' })).toBe(true)
      expect(await two.cache.get('menu:1')).toEqual(value)
    },
  )

  it("of another program's value, or of bytes of another layout, is false and changes nothing", async () => {
    const [one] = pair()
    for (const bytes of ['{"json":true}', Buffer.from([0xc1, 2, 1, 16, 1, 2, 3]), Buffer.alloc(200, 7)]) {
      await client.set(`${one.app}:menu:1`, bytes)
      expect(await one.cache.touch('menu:1', { ttl: '1h' })).toBe(false)
    }
    await client.set(`${one.app}:menu:2`, Buffer.alloc(200, 7))
    expect(await one.cache.touch('menu:2')).toBe(false)
    expect(await client.pttl(`${one.app}:menu:2`)).toBe(-1)
    expect(await client.getBuffer(`${one.app}:menu:2`)).toEqual(Buffer.alloc(200, 7))
  })

  it('of what this instance has in memory and Redis lost is false, and memory keeps its life', async () => {
    const [one] = pair()
    await one.cache.set('menu:1', 1, { ttl: '1m' })
    await client.del(`${one.app}:menu:1`)
    expect(await one.cache.touch('menu:1', { ttl: '1h' })).toBe(false)
    expect((await one.cache.ttl('menu:1'))?.fresh).toBeLessThanOrEqual(60_000)
    expect(await client.exists(`${one.app}:menu:1`)).toBe(0)
  })

  it('never brings back what was invalidated, whoever touches and whoever invalidates', async () => {
    const [one, two] = pair()
    for (let round = 0; round < 30; round++) {
      await one.cache.set('menu:1', round, { tags: ['soups'] })
      await two.cache.get('menu:1')
      const [by, other] = round % 2 === 0 ? [one, two] : [two, one]
      await Promise.all([
        other.cache.touch('menu:1', { ttl: '1h' }),
        by.invalidate({ tags: ['soups'] }),
        by.cache.touch('menu:1', { ttl: '1h' }),
      ])
      expect(await by.cache.get('menu:1')).toBeUndefined()
      await vi.waitFor(async () => expect(await other.cache.get('menu:1')).toBeUndefined(), 20_000)
      expect(await join(one.app).cache.get('menu:1')).toBeUndefined()
    }
  })

  it('is false within the deadline while Redis stands still', async () => {
    const [one] = pair({ deadline: '1s' })
    await one.cache.set('menu:1', 1)
    server.pause()
    try {
      const begun = performance.now()
      expect(await one.cache.touch('menu:1', { ttl: '2h' })).toBe(false)
      expect(performance.now() - begun).toBeLessThan(8000)
    } finally {
      server.resume()
    }
    await vi.waitFor(async () => expect(await one.cache.touch('menu:1', { ttl: '2h' })).toBe(true), { timeout: 10_000 })
  })
})

describe('a token over Redis', () => {
  it('hides what another instance invalidated in between', async () => {
    const [one, two] = pair()
    const at = await one.cache.token()
    await two.invalidate({ tags: ['soups'] })
    await one.cache.set('menu:1', 'old', { at, tags: ['soups'] })
    for (const instance of [two, join(one.app)]) expect(await instance.cache.get('menu:1')).toBeUndefined()
    await vi.waitFor(async () => expect(await one.cache.get('menu:1')).toBeUndefined(), 20_000)
  })

  it('that is taken while Redis stands still keeps the value in this process, and only until the backend says more', async () => {
    const [one, two] = pair({ deadline: '1s', maxStaleness: '1s' })
    await one.cache.set('menu:0', 0)
    await two.cache.get('menu:0')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    server.pause()
    let hidden = false
    try {
      const at = await one.cache.token()
      expect(await one.cache.set('menu:1', 'here', { at })).toBeDefined()
      await one.cache.delete('menu:1')
      await one.cache.set('menu:1', 'old', { at })
      hidden = (await one.cache.get('menu:1')) === undefined
    } finally {
      server.resume()
    }
    expect(hidden).toBe(true)
    await vi.waitFor(async () => expect(await one.ready({ timeout: '1s' })).toEqual({ ready: true }), {
      timeout: 10_000,
    })
    expect(await two.cache.get('menu:1')).toBeUndefined()
    expect(await one.cache.get('menu:1')).toBeUndefined()
    expect(await client.exists(`${one.app}:menu:1`)).toBe(0)
  })
})

describe('many over Redis', () => {
  it('shares what another process loaded, and drops what it invalidated', async () => {
    const [one, two] = pair()
    const loads: (readonly number[])[] = []
    const [here, there] = [one, two].map(({ cache }) =>
      cache.define(
        'menu',
        {
          key: (id: number) => id,
          tags: (_, id) => [`odd:${id % 2}`],
          loadMany: (ids: readonly number[]) => (loads.push(ids), ids.map((id) => ({ id }))),
        },
        (id) => ({ id }),
      ),
    )
    if (here === undefined || there === undefined) return expect.fail('two definitions')
    const all = Array.from({ length: 200 }, (_, id) => id)
    await here.many(all)
    expect([...(await there.many(all)).values()]).toEqual(all.map((id) => ({ id })))
    expect(loads.map(({ length }) => length)).toEqual([200])
    await one.invalidate({ tags: ['odd:1'] })
    await here.many(all)
    expect(
      loads
        .slice(1)
        .flat()
        .every((id) => id % 2 === 1),
    ).toBe(true)
    expect(loads.slice(1).flat()).toHaveLength(100)
  })
})

describe('two tenants over Redis', () => {
  it('live through a session beside each other and beside nobody', async () => {
    const [one, two] = pair()
    const [a, b] = [one.cache.tenant('a:b'), two.cache.tenant('a%3Ab')]
    const onTwo = two.cache.tenant('a:b')
    for (const instance of [one, two]) expect(await instance.ready()).toEqual({ ready: true })
    await Promise.all([
      a.set('menu:1', 'a', { tags: ['soups'] }),
      b.set('menu:1', 'b', { tags: ['soups'] }),
      one.cache.set('menu:1', 'all', { tags: ['soups'] }),
    ])
    const now = async (): Promise<unknown[]> => [
      await onTwo.get('menu:1'),
      await b.get('menu:1'),
      await two.cache.get('menu:1'),
    ]
    expect(await now()).toEqual(['a', 'b', 'all'])
    await a.invalidate({ tags: ['soups'] })
    await vi.waitFor(async () => expect(await now()).toEqual([undefined, 'b', 'all']), 20_000)
    // An instance that missed word of something counts what it loads as older until it has asked again.
    await vi.waitFor(
      async () => {
        expect(await onTwo.getOrSet('menu:1', () => 'again', { tags: ['soups'] })).toBe('again')
        expect(await a.get('menu:1')).toBe('again')
      },
      { timeout: 10_000 },
    )
    await b.clear()
    await vi.waitFor(async () => expect(await now()).toEqual(['again', undefined, 'all']), 20_000)
    await one.invalidate({ tags: ['soups'] })
    await vi.waitFor(async () => expect(await now()).toEqual(['again', undefined, undefined]), 20_000)
    await two.invalidate({ namespace: 'menu' })
    expect(await now()).toEqual([undefined, undefined, undefined])
    await vi.waitFor(async () => expect(await a.get('menu:1')).toBeUndefined(), 20_000)
  })
})
