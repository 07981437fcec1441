import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import { type Backend, createRedstart, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from '../cache/bound-store.ts'
import { counter, open } from '../cache/instance.ts'
import { slowMemory } from './slow-memory.ts'

const NEVER = { count: 0, mean: 0, min: 0, median: 0, p95: 0, p99: 0, max: 0 }
const HOUR = 3_600_000

/** Exact where all times are one. */
const always = (count: number, ms: number): object => ({
  count,
  mean: ms,
  min: ms,
  median: ms,
  p95: ms,
  p99: ms,
  max: ms,
})

describe('response times', () => {
  it('are kept by namespace and operation, and together', async () => {
    const clock = manualClock()
    const backend = slowMemory(clock, { read: 10, write: 20, invalidate: 30 })
    const { cache, invalidate } = open({ backend, clock })
    const done = async <T>(work: Promise<T>): Promise<T> => {
      await clock.advanceAsync(400)
      return work
    }
    const load = (): Promise<number> => new Promise((resolve) => clock.schedule(40, () => resolve(1)))
    await done(cache.getOrSet('menu:1', load))
    await done(cache.getOrSet('menu:2', load))
    await done(cache.delete('menu:1'))
    await done(cache.get('orders:1'))
    await done(invalidate({ namespace: 'orders' }))
    await done(invalidate({ tags: ['a'], namespace: 'menu' }))
    await done(invalidate({ keys: ['menu:1', 'orders:1'] }))
    const { namespaces, overall } = cache.stats()
    const { menu, orders } = namespaces
    expect(menu?.latency).toMatchObject({
      read: always(2, 10),
      load: always(2, 40),
      write: always(2, 20),
      invalidate: always(1, 30),
      compress: NEVER,
      inflate: NEVER,
    })
    expect(orders?.latency).toMatchObject({ read: always(1, 10), load: NEVER, invalidate: always(1, 30) })
    expect(overall.latency).toMatchObject({ read: always(3, 10), load: always(2, 40), invalidate: always(4, 30) })
  })

  it('do not have the hits in memory, for which no clock is read', async () => {
    const { cache } = open()
    const load = counter()
    for (let n = 0; n < 100; n++) await cache.getOrSet('menu:1', load)
    expect(cache.stats({ namespace: 'menu' })).toMatchObject({ l1Hits: 99, latency: { read: { count: 1 } } })
  })

  it.each([
    ['have what timed out', 'STORE_TIMEOUT', 1],
    ['do not have what was not sent', 'STORE_UNAVAILABLE', 0],
  ] as const)('%s, and loads that failed', async (_, code, reads) => {
    const backend = memory()
    const failing: Backend = {
      name: 'failing',
      cache: (context) => ({
        ...boundStore(backend.cache(context)),
        read: () => Promise.reject(new RedstartError(code, 'as the test says')),
      }),
    }
    const { cache } = open({ backend: failing })
    const failed = cache.getOrSet('menu:1', () => Promise.reject(new Error('gone')))
    await expect(failed).rejects.toThrow('gone')
    const { latency } = cache.stats({ namespace: 'menu' })
    expect([latency.load.count, latency.read.count]).toEqual([1, reads])
  })

  it('of the last hour are those of its last 50 to 60 minutes, and of all time those of all time', async () => {
    const { cache, clock } = open()
    const lastHour = (): number => cache.stats({ namespace: 'menu' }).latency.read.lastHour.count
    await cache.get('menu:1')
    expect(lastHour()).toBe(1)
    await clock.advanceAsync(49 * 60_000)
    await cache.get('menu:1')
    expect(lastHour()).toBe(2)
    await clock.advanceAsync(11 * 60_000)
    expect(lastHour()).toBe(1)
    await clock.advanceAsync(HOUR)
    expect(cache.stats({ namespace: 'menu' }).latency.read).toMatchObject({ count: 2, lastHour: NEVER })
    for (let n = 0; n < 30; n++) {
      await cache.get('menu:1')
      await clock.advanceAsync(10 * 60_000)
    }
    expect(lastHour()).toBe(5)
    expect(cache.stats({ namespace: 'menu' }).latency.read.count).toBe(32)
  })

  it('take a bounded room: beyond a hundred namespaces they are kept together', async () => {
    const { cache } = createRedstart()
    for (let n = 0; n < 130; n++) await cache.get(`namespace${n}:1`)
    const { namespaces, overall } = cache.stats()
    expect(namespaces['namespace99']?.latency.read.count).toBe(1)
    expect(namespaces['namespace100']?.latency.read.count).toBe(0)
    expect(namespaces['(others)']?.latency.read.count).toBe(30)
    expect(overall).toMatchObject({ misses: 130, latency: { read: { count: 130 } } })
  })
})

describe('bytes', () => {
  const text = 'soup of the day, '.repeat(1000)

  it('are counted before and after compression, and so is the time that it takes', async () => {
    const one = open({ namespaces: { menu: { compression: { algorithm: 'gzip' } } } })
    expect(one.cache.stats({ namespace: 'menu' }).bytes).toEqual({ raw: 0, stored: 0, ratio: 1 })
    await one.cache.set('menu:1', text)
    const [written] = one.of('cache.write')
    const { bytes, latency } = one.cache.stats({ namespace: 'menu' })
    expect(bytes).toEqual({ raw: written?.rawBytes, stored: written?.bytes, ratio: bytes.raw / bytes.stored })
    expect(bytes.ratio).toBeGreaterThan(20)
    expect(latency.compress.count).toBe(1)
  })

  it('take time to inflate, where they are compressed', async () => {
    const backend = memory()
    const clock = manualClock()
    const one = open({ backend, clock, defaults: { compression: { algorithm: 'gzip' } } })
    const two = open({ backend, clock })
    await one.cache.set('menu:1', text)
    await one.cache.set('menu:2', 'small')
    expect([await two.cache.get('menu:1'), await two.cache.get('menu:2')]).toEqual([text, 'small'])
    expect(two.cache.stats().overall.latency).toMatchObject({ inflate: { count: 1 }, read: { count: 2 } })
  })

  it('of entries that were not stored are not counted', async () => {
    const { cache } = open({ defaults: { maxValueBytes: 100 } })
    await cache.getOrSet('menu:1', () => text)
    expect(cache.stats().overall).toMatchObject({ unstored: 1, bytes: { raw: 0, stored: 0 } })
  })
})

describe('stats', () => {
  it('of one namespace are those among all, and what memory holds of it where it has bounds of its own', async () => {
    const { cache } = open({ namespaces: { menu: { l1: { maxEntries: 2 } } } })
    for (const key of ['menu:1', 'menu:2', 'menu:3', 'orders:1']) await cache.set(key, 1)
    const { namespaces, l1 } = cache.stats()
    expect(cache.stats({ namespace: 'menu' })).toEqual(namespaces['menu'])
    expect(namespaces['menu']).toMatchObject({
      evictions: 1,
      sets: 3,
      l1: { entries: 2, maxEntries: 2, utilization: 1 },
    })
    expect(namespaces['orders']).toMatchObject({ evictions: 0, l1: undefined })
    expect(l1).toMatchObject({ entries: 3, utilization: 1 })
    expect(cache.stats({ namespace: 'unused' })).toMatchObject({ misses: 0, hitRate: 0 })
    expect(Object.keys(cache.stats().namespaces)).toEqual(['menu', 'orders'])
  })

  it.each([null, 'menu', {}, { namespace: 'a:b' }])('refuse %j', (of) => {
    const { cache } = open()
    // @ts-expect-error what a caller without types may pass
    expect(() => cache.stats(of)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
  })
})

describe('metrics', () => {
  it('have three numbers for a glance', async () => {
    const clock = manualClock()
    const { cache, metrics } = open({ backend: slowMemory(clock, { read: 10, write: 20, invalidate: 30 }), clock })
    expect(metrics.summary()).toEqual({
      overall: { hitRate: 0, averageLatencyMs: 0, totalOperations: 0 },
      namespaces: {},
    })
    const read = cache.getOrSet('menu:1', () => 1)
    await clock.advanceAsync(100)
    await read
    for (let n = 0; n < 8; n++) await cache.getOrSet('menu:1', () => 1)
    const removal = cache.delete('menu:1')
    await clock.advanceAsync(100)
    await removal
    const numbers = { hitRate: 8 / 9, averageLatencyMs: 6, totalOperations: 10 }
    expect(metrics.summary()).toEqual({ overall: numbers, namespaces: { menu: numbers } })
  })

  it('have all of it in one object that JSON keeps whole', async () => {
    const { cache, metrics, clock } = open({ slow: { load: 5 } })
    const read = cache.getOrSet('menu:1', () => new Promise((resolve) => clock.schedule(70, () => resolve(1))))
    await clock.advanceAsync(70)
    await read
    const snapshot = metrics.snapshot()
    expect(snapshot).toEqual({ uptime: 70, summary: metrics.summary(), stats: cache.stats(), slow: metrics.slow() })
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
  })
})
