import { describe, expect, it } from 'vitest'
import type { CacheStore } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { open } from './instance.ts'

describe('what is kept in memory', () => {
  it('is nothing at first, within bounds that have defaults', () => {
    expect(open().cache.stats().l1).toEqual({
      entries: 0,
      bytes: 0,
      maxEntries: 10_000,
      maxBytes: 67_108_864,
      utilization: 0,
    })
  })

  it('is bounded in number: the least recently used leaves, and is found in the backend', async () => {
    const { cache, of } = open({ l1: { maxEntries: 2 } })
    for (const key of ['menu:1', 'menu:2']) await cache.set(key, key)
    expect(await cache.get('menu:1')).toBe('menu:1')
    await cache.set('menu:3', 'menu:3')
    expect(cache.stats().l1).toMatchObject({ entries: 2, maxEntries: 2, utilization: 1 })
    for (const key of ['menu:1', 'menu:3', 'menu:2']) expect(await cache.get(key)).toBe(key)
    expect(of('cache.hit').map(({ key, tier }) => [key, tier])).toEqual([
      ['menu:1', 'l1'],
      ['menu:1', 'l1'],
      ['menu:3', 'l1'],
      ['menu:2', 'l2'],
    ])
  })

  it('is bounded in bytes, which grow with the value and its names', async () => {
    const { cache } = open({ l1: { maxBytes: 100_000 } })
    const sizes: number[] = []
    for (const [value, tags] of [
      ['x', []],
      ['x'.repeat(10_000), []],
      ['x', ['t'.repeat(250)]],
    ] as const) {
      await cache.clear()
      const before = cache.stats().l1.bytes
      await cache.set(`menu:${sizes.length}`, value, { tags })
      sizes.push(cache.stats().l1.bytes - before)
    }
    const [small = 0, large = 0, tagged = 0] = sizes
    expect(large - small).toBeGreaterThanOrEqual(9999)
    expect(tagged - small).toBeGreaterThanOrEqual(250)
    for (let n = 0; n < 50; n++) await cache.set(`menu:${n}`, 'x'.repeat(10_000))
    const { bytes, entries, utilization } = cache.stats().l1
    expect(bytes).toBeLessThanOrEqual(100_000)
    expect(entries).toBeLessThan(10)
    expect(utilization).toBeGreaterThan(0.5)
    expect(utilization).toBeLessThanOrEqual(1)
  })

  it('does not hold a value larger than all of it, which is served from the backend', async () => {
    const { cache, of } = open({ l1: { maxBytes: 1000 } })
    const large = 'x'.repeat(5000)
    await cache.set('menu:1', large)
    expect(cache.stats().l1.entries).toBe(0)
    expect([await cache.get('menu:1'), await cache.getOrSet('menu:1', () => 'loaded')]).toEqual([large, large])
    expect(of('cache.hit').map(({ tier }) => tier)).toEqual(['l2', 'l2'])
  })

  it('loses what was deleted or can never be used again', async () => {
    const { cache, clock, invalidate } = open()
    await cache.set('menu:1', 1)
    await cache.set('menu:2', 2, { tags: ['soups'] })
    await cache.set('menu:3', 3, { ttl: '1s' })
    await cache.delete('menu:1')
    expect(cache.stats().l1.entries).toBe(2)
    await invalidate({ tags: ['soups'] })
    await clock.advanceAsync(1000)
    for (const key of ['menu:2', 'menu:3']) expect(await cache.get(key)).toBeUndefined()
    expect(cache.stats().l1.entries).toBe(0)
  })

  it('is used without a trip while the view is proven, and after a question once it is not', async () => {
    const backend = memory()
    let trips = 0
    const counted = {
      ...backend,
      cache: (context: Parameters<typeof backend.cache>[0]) => countReads(backend.cache(context), () => trips++),
    }
    const { cache, clock } = open({ backend: counted })
    await cache.getOrSet('menu:1', () => 'soup')
    trips = 0
    for (let n = 0; n < 100; n++) await cache.get('menu:1')
    expect(trips).toBe(0)
    await clock.advanceAsync(60_000)
    for (let n = 0; n < 100; n++) expect(await cache.get('menu:1')).toBe('soup')
    expect(trips).toBe(1)
  })
})

/** The same store, telling of each read. */
function countReads(store: CacheStore, tell: () => void): CacheStore {
  const read = store.read.bind(store)
  return Object.assign(store, {
    read(...args: Parameters<CacheStore['read']>) {
      tell()
      return read(...args)
    },
  })
}
