import { isDeepStrictEqual } from 'node:util'
import { type RedisServer, startRedis } from '@redstart/testing'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '../../src/index.ts'
import { redis } from '../../src/redis/index.ts'
import { counter, gate, heldLoader } from './instance.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

let app = 0
const opened: Redstart[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

/** An instance over Redis in real time; those of one test share an app. */
function join(options: RedstartOptions = {}): Redstart & { readonly told: readonly RedstartEvent[] } {
  const redstart = createRedstart({ backend: redis(server.url), app: `test${app}`, deadline: '5s', ...options })
  const told: RedstartEvent[] = []
  redstart.events.subscribe((event) => told.push(event))
  opened.push(redstart)
  return { ...redstart, told }
}

function pair(options: RedstartOptions = {}): readonly [Redstart, Redstart] {
  app++
  return [join(options), join(options)]
}

describe('two instances over Redis', () => {
  it.each([
    ['a tag', { tags: ['soups'] }],
    ['a key', { keys: ['menu:1'] }],
    ['a namespace', { namespace: 'menu' }],
    ['a prefix', { prefix: 'menu:' }],
  ])("see each other's invalidation of %s, in memory as well", async (_, target) => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'soup', { tags: ['soups'] })
    expect([await two.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual(['soup', 'soup'])
    expect(await one.invalidate(target)).toEqual({ reached: 'all' })
    expect(await one.cache.get('menu:1')).toBeUndefined()
    await vi.waitFor(async () => expect(await two.cache.get('menu:1')).toBeUndefined(), 20_000)
  })

  it('see it at once with strict consistency', async () => {
    const [one, two] = pair({ consistency: 'strict' })
    for (let n = 0; n < 20; n++) {
      await one.cache.set('menu:1', n)
      expect(await two.cache.get('menu:1')).toBe(n)
      await two.invalidate({ namespace: 'menu' })
      expect(await one.cache.get('menu:1')).toBeUndefined()
    }
  })

  it('do not bring back what the other invalidated while they loaded it', async () => {
    const [one, two] = pair()
    const { load, calls } = heldLoader<string>()
    const read = one.cache.getOrSet('menu:1', load, { tags: ['soups'] })
    await vi.waitFor(() => expect(calls).toHaveLength(1), 20_000)
    await two.invalidate({ tags: ['soups'] })
    calls[0]?.pass('old')
    expect(await read).toBe('old')
    expect(await two.cache.get('menu:1')).toBeUndefined()
    expect(await join().cache.get('menu:1')).toBeUndefined()
  })

  it('refresh what the other invalidated lazily, after one more use', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'old')
    expect(await two.cache.get('menu:1')).toBe('old')
    await one.invalidate({ keys: ['menu:1'] }, { strategy: 'lazy' })
    await vi.waitFor(async () => expect(await two.cache.get('menu:1')).toBeUndefined(), 20_000)
    expect(await two.cache.getOrSet('menu:1', () => 'new')).toBe('old')
    await vi.waitFor(async () => expect(await two.cache.get('menu:1')).toBe('new'), 20_000)
    await vi.waitFor(async () => expect(await one.cache.get('menu:1')).toBe('new'), 20_000)
  })

  it("find each other's entries with the tags of nested loads", async () => {
    const [one, two] = pair()
    await one.cache.getOrSet('menu:today', () => one.cache.getOrSet('dish:1', () => 'soup', { tags: ['soups'] }))
    expect(await two.cache.get('menu:today')).toBe('soup')
    await two.invalidate({ tags: ['soups'] })
    expect(await two.cache.get('menu:today')).toBeUndefined()
    expect(await join().cache.get('menu:today')).toBeUndefined()
  })

  it('hear what the other invalidated once, and tell it apart from their own', async () => {
    app++
    const [one, two] = [join(), join()]
    for (const { cache } of [one, two]) await cache.get('menu:1')
    await one.invalidate({ tags: ['soups'] })
    await two.invalidate({ tags: ['salads'] })
    const heard = (told: readonly RedstartEvent[]): unknown =>
      told.flatMap((event) => (event.type === 'cache.invalidate' ? [[...event.names, event.remote]] : []))
    await vi.waitFor(
      () =>
        expect(heard(one.told)).toEqual([
          ['t:soups', false],
          ['t:salads', true],
        ]),
      20_000,
    )
    await vi.waitFor(
      () =>
        expect(heard(two.told)).toEqual([
          ['t:soups', true],
          ['t:salads', false],
        ]),
      20_000,
    )
  })
})

describe('over Redis', () => {
  it('a hundred concurrent reads share one load', async () => {
    const [{ cache }] = pair()
    const load = counter()
    const results = await Promise.all(Array.from({ length: 100 }, () => cache.getOrSet('menu:1', load)))
    expect(new Set(results)).toEqual(new Set([1]))
    expect(load.calls).toBe(1)
  })

  it('a read that begins after an invalidation takes no result of an earlier load', async () => {
    const [{ cache, invalidate }] = pair()
    const { load, calls } = heldLoader<string>()
    const before = cache.getOrSet('menu:1', load)
    await vi.waitFor(() => expect(calls).toHaveLength(1), 20_000)
    await invalidate({ keys: ['menu:1'] })
    const after = cache.getOrSet('menu:1', load)
    calls[0]?.pass('old')
    expect(await before).toBe('old')
    await vi.waitFor(() => expect(calls).toHaveLength(2), 20_000)
    calls[1]?.pass('new')
    expect(await after).toBe('new')
  })

  it('set outranks a load that began before it', async () => {
    const [{ cache }, other] = pair()
    const step = gate<string>()
    const started = gate()
    const read = cache.getOrSet('menu:1', () => {
      started.pass()
      return step.promise
    })
    await started.promise
    await cache.set('menu:1', 'new')
    step.pass('old')
    await read
    expect([await cache.get('menu:1'), await other.cache.get('menu:1')]).toEqual(['new', 'new'])
  })

  it('an entry lives as long as its ttl and stale time, and then leaves Redis', async () => {
    const [{ cache }] = pair()
    await cache.set('menu:1', 'soup', { ttl: '1m', stale: '1h' })
    const left = Number(await server.command('PTTL', `test${app}:menu:1`))
    expect(left).toBeGreaterThan(3_650_000)
    expect(left).toBeLessThanOrEqual(3_660_000)
    await cache.set('menu:2', 'soup', { ttl: '1s' })
    expect(await cache.get('menu:2')).toBe('soup')
    await vi.waitFor(async () => expect(await server.command('EXISTS', `test${app}:menu:2`)).toBe(0), 20_000)
    expect(await cache.get('menu:2')).toBeUndefined()
  })

  it('delete takes the entry out of Redis', async () => {
    const [{ cache }] = pair()
    await cache.set('menu:1', 'soup')
    expect(await server.command('EXISTS', `test${app}:menu:1`)).toBe(1)
    await cache.delete('menu:1')
    await vi.waitFor(async () => expect(await server.command('EXISTS', `test${app}:menu:1`)).toBe(0), 20_000)
  })

  it('a lost view is a miss, never old data', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'soup')
    await server.command('DEL', `{test${app}}:meta`)
    const three = join()
    expect(await three.cache.get('menu:1')).toBeUndefined()
    expect(three.told.flatMap((event) => (event.type === 'cache.miss' ? [event.reason] : []))).toEqual(['generation'])
    await two.invalidate({ keys: ['menu:1'] })
    expect(await two.cache.get('menu:1')).toBeUndefined()
  })

  it('a value of any kind comes back the same from memory and from Redis', async () => {
    const [one, two] = pair()
    let id = 0
    const values = fc.anything({
      values: [
        fc.constantFrom<unknown>(undefined, null, -0, Number.NaN),
        fc.double(),
        fc.string({ unit: 'grapheme' }),
        fc.bigInt(),
        fc.date({ noInvalidDate: true }),
      ],
      key: fc.string().filter((key) => key !== '__proto__'),
      withMap: true,
      withSet: true,
      withTypedArray: true,
    })
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const key = ['value', ++id]
        const reads = [
          await one.cache.getOrSet(key, () => value),
          await one.cache.get(key),
          await two.cache.get(key),
          await two.cache.get(key),
        ]
        for (const read of reads) expect(isDeepStrictEqual(read, value)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('close lets the load that runs be stored, and leaves no connection', async () => {
    app++
    const one = createRedstart({
      backend: redis({ url: server.url, connectionName: `closing${app}` }),
      app: `test${app}`,
      deadline: '5s',
    })
    const two = join()
    const { load, calls } = heldLoader<string>()
    const read = one.cache.getOrSet('menu:1', load)
    await vi.waitFor(() => expect(calls).toHaveLength(1), 20_000)
    const closing = one.close()
    calls[0]?.pass('soup')
    expect(await read).toBe('soup')
    await closing
    expect(await two.cache.get('menu:1')).toBe('soup')
    await vi.waitFor(
      async () => expect(String(await server.command('CLIENT', 'LIST'))).not.toContain(`name=closing${app} `),
      20_000,
    )
  })
})
