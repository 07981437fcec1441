import { describe, expect, it } from 'vitest'
import { cacheAside, refreshAhead, writeThrough } from '../../src/index.ts'
import { counter, gate, heldLoader, open } from '../cache/instance.ts'

const INVALID = { code: 'INVALID_ARGUMENT' }

describe('cache-aside', () => {
  it('loads once, and loses no invalidation in between', async () => {
    const { cache, invalidate } = open()
    const { load, calls } = heldLoader<string>()
    const reads = [1, 2].map(() => cacheAside(cache, 'menu:1', load, { tags: ['soups'] }))
    await new Promise(setImmediate)
    expect(calls).toHaveLength(1)
    await invalidate({ tags: ['soups'] })
    calls[0]?.pass('old')
    expect(await Promise.all(reads)).toEqual(['old', 'old'])
    expect(cache.peek('menu:1')).toEqual({ hit: false })
  })

  it('works on namespaces and tenants', async () => {
    const { cache } = open()
    expect(await cacheAside(cache.namespace('menu'), 1, () => 'all')).toBe('all')
    expect(await cacheAside(cache.tenant('a').namespace('menu'), 1, () => 'a')).toBe('a')
    expect(await cache.get('menu:1')).toBe('all')
  })
})

describe('write-through', () => {
  it('writes to the source first, then to the cache', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'old')
    const written = gate()
    let source = 'old'
    const writing = writeThrough(cache, 'menu:1', 'new', async (value) => {
      await written.promise
      source = value
    })
    await new Promise(setImmediate)
    expect([source, cache.peek('menu:1')]).toMatchObject(['old', { value: 'old' }])
    written.pass()
    expect(await writing).toEqual({ reached: 'all' })
    expect([source, cache.peek('menu:1')]).toMatchObject(['new', { value: 'new' }])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
  ])('caches nothing, and invalidates nothing, when the source %s', async (_, fail) => {
    const { cache, of } = open()
    await cache.set('menu:1', 'old')
    const before = of('cache.invalidate').length
    await expect(writeThrough(cache, 'menu:1', 'new', fail)).rejects.toThrow('disk full')
    expect(cache.peek('menu:1')).toMatchObject({ value: 'old' })
    expect(of('cache.invalidate')).toHaveLength(before)
  })

  it('outlives a load that had read the source before the write', async () => {
    const { cache } = open()
    const { load, calls } = heldLoader<string>()
    const reading = cache.getOrSet('menu:1', load)
    await new Promise(setImmediate)
    await writeThrough(cache, 'menu:1', 'new', () => undefined, { ttl: '5s', tags: ['soups'] })
    calls[0]?.pass('old')
    await reading
    expect(await cache.get('menu:1')).toBe('new')
    expect(await cache.ttl('menu:1')).toMatchObject({ fresh: 5000 })
  })

  it('refuses a source that cannot be written to', async () => {
    const { cache } = open()
    await expect(writeThrough(cache, 'menu:1', 1, null as never)).rejects.toMatchObject(INVALID) // what types forbid
    expect(cache.peek('menu:1')).toEqual({ hit: false })
  })

  it('tells of a value that cannot be cached, which the source has all the same', async () => {
    const { cache } = open()
    const write = counter()
    await expect(writeThrough(cache, 'menu:1', () => 1, write)).rejects.toMatchObject({ code: 'UNSUPPORTED_VALUE' })
    expect(write.calls).toBe(1)
  })
})

describe('refresh-ahead', () => {
  it('loads anew in the background what is in use and about to end', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    const load = counter()
    const read = (): Promise<number> => refreshAhead(cache, 'menu:1', load, { ttl: '10s' })
    expect(await read()).toBe(1)
    await clock.advanceAsync(7999)
    expect(await read()).toBe(1)
    expect(load.calls).toBe(1)
    await clock.advanceAsync(1)
    expect(await read()).toBe(1)
    await clock.advanceAsync(0)
    expect([load.calls, await read()]).toEqual([2, 2])
  })

  it('has its threshold', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    const load = counter()
    const read = (): Promise<number> => refreshAhead(cache, 'menu:1', load, { ttl: '10s', threshold: 0.1 })
    await read()
    await clock.advanceAsync(1000)
    await read()
    await clock.advanceAsync(0)
    expect(load.calls).toBe(2)
  })

  it.each([0, 1, -1, 2, Number.NaN, '0.5', null])('refuses a threshold of %j, as a rejection', async (threshold) => {
    const { cache } = open()
    const load = counter()
    await expect(
      refreshAhead(cache, 'menu:1', load, { threshold: threshold as never }), // what types forbid
    ).rejects.toMatchObject(INVALID)
    expect(load.calls).toBe(0)
  })

  it.each([null, 5])('refuses %j as options, as a rejection', async (options) => {
    const { cache } = open()
    const load = counter()
    await expect(refreshAhead(cache, 'menu:1', load, options as never)).rejects.toMatchObject(INVALID) // as above
    expect(load.calls).toBe(0)
  })
})
