import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, heldLoader, open, type Watched } from './instance.ts'

const SOON = { ttl: '10s', stale: '1m' } as const

/** An instance whose entry `menu:1` holds 'old' and is past its ttl, of an age of twenty seconds. */
async function withStaleEntry(options: Parameters<typeof open>[0] = {}): Promise<Watched> {
  const instance = open(options)
  await instance.cache.getOrSet('menu:1', () => 'old', { ...SOON, tags: ['soups'] })
  await instance.clock.advanceAsync(20_000)
  return instance
}

describe('a stale entry', () => {
  it('is served at once and refreshed in the background, once at a time', async () => {
    const { cache, clock, of } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    for (let n = 0; n < 10; n++) expect(await cache.getOrSet('menu:1', load, SOON)).toBe('old')
    await clock.advanceAsync(100)
    expect(await cache.getOrSet('menu:1', load, SOON)).toBe('old')
    expect(calls).toHaveLength(1)
    calls[0]?.pass('new')
    await clock.advanceAsync(0)
    expect(await cache.getOrSet('menu:1', load, SOON)).toBe('new')
    expect(calls).toHaveLength(1)
    expect(of('cache.hit').map(({ stale }) => stale)).toEqual([...Array<boolean>(11).fill(true), false])
    expect(of('cache.load').map(({ background }) => background)).toEqual([false, true])
    expect(cache.stats().namespaces['menu']).toMatchObject({ staleHits: 11, loads: 2, misses: 1 })
  })

  it('tells its loader that nobody waits for it', async () => {
    const { cache, clock } = await withStaleEntry()
    await cache.getOrSet('menu:1', ({ background }) => `in the background: ${background}`, SOON)
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('in the background: true')
  })

  it('is gone when its stale time is over', async () => {
    const { cache, clock, of } = await withStaleEntry()
    await clock.advanceAsync(50_000)
    expect(await cache.getOrSet('menu:1', () => 'new', SOON)).toBe('new')
    expect(of('cache.miss').map(({ reason }) => reason)).toEqual(['absent', 'absent'])
  })

  it('is still served when its refresh fails, and refreshed again by a later read', async () => {
    const { cache, clock, of } = await withStaleEntry()
    const failure = new Error('gone')
    expect(await cache.getOrSet('menu:1', () => Promise.reject<string>(failure), SOON)).toBe('old')
    await clock.advanceAsync(0)
    expect(of('cache.load')[1]).toMatchObject({ outcome: 'failed', background: true, error: failure })
    await clock.advanceAsync(1000)
    expect(await cache.getOrSet('menu:1', () => 'new', SOON)).toBe('old')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('is not served after an invalidation', async () => {
    const { cache, invalidate } = await withStaleEntry()
    await invalidate({ tags: ['soups'] })
    expect(await cache.getOrSet('menu:1', () => 'new', SOON)).toBe('new')
  })

  it('found in the backend alone is served and refreshed as well', async () => {
    const backend = memory()
    const { clock } = await withStaleEntry({ backend })
    const other = open({ backend, clock })
    expect(await other.cache.getOrSet('menu:1', () => 'new', SOON)).toBe('old')
    expect(other.of('cache.hit')).toMatchObject([{ tier: 'l2', stale: true }])
    await clock.advanceAsync(0)
    expect(await other.cache.getOrSet('menu:1', () => 'newer', SOON)).toBe('new')
  })

  it('that another instance has refreshed is taken from the backend without a load', async () => {
    const backend = memory()
    const one = await withStaleEntry({ backend })
    const two = open({ backend, clock: one.clock })
    await two.cache.getOrSet('menu:1', () => 'new', SOON)
    await one.clock.advanceAsync(0)
    await one.cache.get('menu:other')
    const load = counter()
    expect(await one.cache.getOrSet<string | number>('menu:1', load, SOON)).toBe('old')
    await one.clock.advanceAsync(0)
    expect(await one.cache.getOrSet<string | number>('menu:1', load, SOON)).toBe('new')
    expect(load.calls).toBe(0)
  })
})

describe('lazy invalidation', () => {
  it('serves what it hit once more while it is refreshed', async () => {
    const { cache, clock, invalidate, of } = open()
    const load = counter()
    const read = (): Promise<number> => cache.getOrSet('menu:1', load, { tags: ['soups'] })
    expect(await read()).toBe(1)
    expect(await invalidate({ tags: ['soups'] }, { strategy: 'lazy' })).toEqual({ reached: 'all' })
    expect(await read()).toBe(1)
    await clock.advanceAsync(0)
    expect(await read()).toBe(2)
    expect(load.calls).toBe(2)
    expect(of('cache.invalidate')).toMatchObject([
      { names: ['t:soups'], strategy: 'lazy', reached: 'all', remote: false },
    ])
    expect(of('cache.hit').map(({ stale }) => stale)).toEqual([true, false])
  })

  it('makes get find nothing', async () => {
    const { cache, invalidate } = open()
    await cache.set('menu:1', 'soup')
    await invalidate({ keys: ['menu:1'] }, { strategy: 'lazy' })
    expect(await cache.get('menu:1')).toBeUndefined()
  })

  it('holds on other instances', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.set('menu:1', 'old')
    expect(await two.cache.get('menu:1')).toBe('old')
    await one.invalidate({ prefix: 'menu:' }, { strategy: 'lazy' })
    expect(await two.cache.getOrSet('menu:1', () => 'new')).toBe('old')
    expect(two.of('cache.hit').at(-1)).toMatchObject({ stale: true })
    await one.clock.advanceAsync(0)
    expect(await two.cache.get('menu:1')).toBe('new')
  })

  it('holds on an instance that was opened since', async () => {
    const backend = memory()
    const one = open({ backend })
    await one.cache.set('menu:1', 'old')
    await one.invalidate({ prefix: 'menu:' }, { strategy: 'lazy' })
    const two = open({ backend, clock: one.clock })
    expect(await two.cache.get('menu:1')).toBeUndefined()
    expect(await two.cache.getOrSet('menu:1', () => 'new')).toBe('old')
    expect(two.of('cache.hit')).toMatchObject([{ tier: 'l2', stale: true }])
  })

  it('after an immediate one brings nothing back', async () => {
    const { cache, invalidate } = open()
    await cache.getOrSet('menu:1', () => 'old', { tags: ['a', 'b'] })
    await invalidate({ tags: ['a'] })
    await invalidate({ tags: ['a', 'b'] }, { strategy: 'lazy' })
    expect(await cache.getOrSet('menu:1', () => 'new', { tags: ['a', 'b'] })).toBe('new')
  })

  it('is overtaken by an immediate one', async () => {
    const { cache, invalidate } = open()
    await cache.getOrSet('menu:1', () => 'old', { tags: ['a', 'b'] })
    await invalidate({ tags: ['a'] }, { strategy: 'lazy' })
    await invalidate({ tags: ['b'] })
    expect(await cache.getOrSet('menu:1', () => 'new')).toBe('new')
  })
})

describe('with staleWhileRevalidate: false, a stale entry', () => {
  const BLOCKING = { ...SOON, staleWhileRevalidate: false } as const
  const failure = new Error('the database is gone')
  const failing = (): Promise<string> => Promise.reject(failure)

  it('is not served while the loader works', async () => {
    const { cache, clock } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load, BLOCKING)
    await clock.advanceAsync(1)
    calls[0]?.pass('new')
    expect(await read).toBe('new')
  })

  it('is served when the loader fails, to each who waited, and said so', async () => {
    const { cache, clock, of } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const reads = Promise.all([1, 2, 3].map(() => cache.getOrSet('menu:1', load, BLOCKING)))
    await clock.advanceAsync(1)
    calls[0]?.fail(failure)
    expect(await reads).toEqual(['old', 'old', 'old'])
    expect(calls).toHaveLength(1)
    expect(of('cache.stale-if-error')).toMatchObject([{ namespace: 'menu', key: 'menu:1', error: failure }])
    expect(of('cache.load').at(-1)).toMatchObject({ outcome: 'failed', background: false })
    expect(cache.stats().namespaces['menu']).toMatchObject({ staleIfError: 1, loadErrors: 1, joins: 2 })
  })

  it('is served when the loader times out', async () => {
    const { cache, clock } = await withStaleEntry()
    const read = cache.getOrSet('menu:1', () => new Promise<string>(() => undefined), {
      ...BLOCKING,
      loadTimeout: '1s',
    })
    await clock.advanceAsync(1000)
    expect(await read).toBe('old')
  })

  it('is served from the backend, too', async () => {
    const backend = memory()
    const { clock } = await withStaleEntry({ backend })
    const other = open({ backend, clock })
    expect(await other.cache.getOrSet('menu:1', failing, BLOCKING)).toBe('old')
  })

  it('is not served when the loader fails after its stale time', async () => {
    const { cache, clock } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load, { ...BLOCKING, loadTimeout: '2m' })
    const outcome = read.catch((error: unknown) => error)
    await clock.advanceAsync(50_000)
    calls[0]?.fail(failure)
    expect(await outcome).toBe(failure)
  })

  it('is not served after an invalidation', async () => {
    const { cache, invalidate } = await withStaleEntry()
    await invalidate({ tags: ['soups'] })
    await expect(cache.getOrSet('menu:1', failing, BLOCKING)).rejects.toBe(failure)
  })

  it.each(['one', 'other'] as const)(
    'is not served when it is invalidated while the failing load runs, by %s instance',
    async (who) => {
      const backend = memory()
      const one = await withStaleEntry({ backend })
      const other = open({ backend, clock: one.clock })
      const { load, calls } = heldLoader<string>()
      const reads = Promise.allSettled([1, 2].map(() => one.cache.getOrSet('menu:1', load, BLOCKING)))
      await one.clock.advanceAsync(1)
      await (who === 'one' ? one : other).invalidate({ tags: ['soups'] })
      await one.clock.advanceAsync(1)
      calls[0]?.fail(failure)
      await one.clock.advanceAsync(1)
      calls[1]?.fail(failure)
      expect(await reads).toEqual([1, 2].map(() => ({ status: 'rejected', reason: failure })))
      expect(one.of('cache.stale-if-error')).toEqual([])
    },
  )

  it('of a lazy invalidation is served when the loader fails', async () => {
    const { cache, invalidate } = open()
    await cache.set('menu:1', 'old')
    await invalidate({ keys: ['menu:1'] }, { strategy: 'lazy' })
    expect(await cache.getOrSet('menu:1', failing, BLOCKING)).toBe('old')
  })
})

it('without a stale time an expired entry is never served', async () => {
  const { cache, clock } = open()
  await cache.getOrSet('menu:1', () => 'old', { ttl: '10s' })
  await clock.advanceAsync(10_000)
  const failure = new Error('gone')
  await expect(cache.getOrSet('menu:1', () => Promise.reject(failure), { ttl: '10s' })).rejects.toBe(failure)
})
