import { describe, expect, it } from 'vitest'
import type { CacheStore } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from '../cache/bound-store.ts'
import { gate, open, type Watched } from '../cache/instance.ts'

const INVALID = { code: 'INVALID_ARGUMENT' }

/** Two instances over one memory; what the first one's store does can be replaced. */
function pair(change: (store: CacheStore) => Partial<CacheStore> = () => ({})): readonly [Watched, Watched] {
  const backend = memory()
  const one = open({
    namespaces: { menu: { ttl: '10s', stale: '5s' } },
    maxStaleness: '1h',
    backend: {
      ...backend,
      cache(context) {
        const store = boundStore(backend.cache(context))
        return { ...store, ...change(store) }
      },
    },
  })
  return [one, open({ backend, clock: one.clock, maxStaleness: '1h' })]
}

describe('touch', () => {
  it('lets an entry live as long from now as when it was set, here and in the backend', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 1)
    one.clock.advance(8000)
    expect(await one.cache.touch('menu:1')).toBe(true)
    expect(await one.cache.ttl('menu:1')).toEqual({ fresh: 10_000, stale: 15_000 })
    expect(await two.cache.ttl('menu:1')).toEqual({ fresh: 10_000, stale: 15_000 })
    one.clock.advance(9999)
    expect([await one.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual([1, 1])
    one.clock.advance(1)
    expect([await one.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual([undefined, undefined])
  })

  it('can shorten a life', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 1)
    expect(await one.cache.touch('menu:1', { ttl: 100, stale: 0 })).toBe(true)
    expect(await one.cache.ttl('menu:1')).toEqual({ fresh: 100, stale: 100 })
    expect(await two.cache.ttl('menu:1')).toEqual({ fresh: 100, stale: 100 })
  })

  it('reaches the memory of another instance once that one asks again, which it does at the end it knew', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 1)
    expect(await two.cache.get('menu:1')).toBe(1)
    await one.cache.touch('menu:1', { ttl: '1m' })
    one.clock.advance(10_001)
    expect(two.cache.peek('menu:1')).toMatchObject({ hit: true, stale: true })
    expect(await two.cache.get('menu:1')).toBe(1)
    expect(await two.cache.ttl('menu:1')).toMatchObject({ fresh: 49_999 })
  })

  it('shortens by the jitter, and is refreshed early, as what is set', async () => {
    const { cache, clock } = open({ random: () => 0.5, defaults: { ttl: '10s', jitter: 0.5, earlyRefresh: 0.5 } })
    await cache.set('menu:1', 'old')
    expect(await cache.ttl('menu:1')).toMatchObject({ fresh: 7500 })
    clock.advance(1000)
    await cache.touch('menu:1')
    expect(await cache.ttl('menu:1')).toMatchObject({ fresh: 7500 })
    await clock.advanceAsync(6000)
    expect(await cache.getOrSet('menu:1', () => 'new')).toBe('old')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('is false where there is nothing fresh', async () => {
    const [one] = pair()
    expect(await one.cache.touch('menu:1')).toBe(false)
    await one.cache.set('menu:1', 1)
    one.clock.advance(10_000)
    expect(await one.cache.touch('menu:1')).toBe(false)
    await one.cache.set('menu:2', 2)
    await one.cache.delete('menu:2')
    expect(await one.cache.touch('menu:2')).toBe(false)
  })

  it('leaves what has been invalidated invalidated, and what will be invalidatable', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 1, { tags: ['soups'] })
    await one.invalidate({ tags: ['soups'] })
    expect(await one.cache.touch('menu:1')).toBe(false)
    await one.cache.set('menu:1', 2, { tags: ['soups'] })
    await two.cache.get('menu:1')
    for (let n = 0; n < 3; n++) expect(await two.cache.touch('menu:1', { ttl: '1d' })).toBe(true)
    await one.invalidate({ tags: ['soups'] })
    await new Promise(setImmediate)
    expect([await one.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual([undefined, undefined])
  })

  it.each([
    ['an invalidation of this instance', (one: Watched) => one.invalidate({ tags: ['soups'] })],
    ['an invalidation of another instance', (_: Watched, two: Watched) => two.invalidate({ tags: ['soups'] })],
    ['a delete', (one: Watched) => one.cache.delete('menu:1')],
    ['a clear', (_: Watched, two: Watched) => two.cache.clear()],
  ])('that races %s brings nothing back, whichever comes first', async (_, invalidate) => {
    for (const before of [true, false]) {
      const [reached, go] = [gate(), gate()]
      const [one, two] = pair((store) => ({
        async touch(...args) {
          const early = before ? undefined : await store.touch(...args)
          reached.pass()
          await go.promise
          return early ?? store.touch(...args)
        },
      }))
      await one.cache.set('menu:1', 1, { tags: ['soups'] })
      const touching = one.cache.touch('menu:1', { ttl: '1d' })
      await reached.promise
      await invalidate(one, two)
      go.pass()
      await touching
      await new Promise(setImmediate)
      expect(one.cache.peek('menu:1')).toEqual({ hit: false })
      expect([await one.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual([undefined, undefined])
    }
  })

  it('that races a newer value leaves that one its life', async () => {
    const [reached, go] = [gate(), gate()]
    const [one, two] = pair((store) => ({
      async touch(...args) {
        reached.pass()
        await go.promise
        return store.touch(...args)
      },
    }))
    await one.cache.set('menu:1', 'old')
    const touching = one.cache.touch('menu:1', { ttl: '1d' })
    await reached.promise
    await two.cache.set('menu:1', 'new', { ttl: '20s', stale: 0 })
    go.pass()
    expect(await touching).toBe(false)
    expect(await two.cache.ttl('menu:1')).toEqual({ fresh: 20_000, stale: 20_000 })
    expect(await one.cache.get('menu:1')).toBe('new')
    expect(await one.cache.ttl('menu:1')).toEqual({ fresh: 20_000, stale: 20_000 })
  })

  it('is false, and changes nothing, while the backend does not answer', async () => {
    const [one] = pair(() => ({
      touch: () => Promise.reject(new Error('away')),
    }))
    await one.cache.set('menu:1', 1)
    one.clock.advance(1000)
    expect(await one.cache.touch('menu:1')).toBe(false)
    expect(await one.cache.ttl('menu:1')).toMatchObject({ fresh: 9000 })
    expect(one.of('store.error')).toHaveLength(1)
  })

  it('lets nothing that was made of the entry live longer, and ends nothing', async () => {
    const { cache, clock, invalidate } = open({ maxStaleness: '1h' })
    await cache.set('part:1', 1, { ttl: '10s', tags: ['soups'] })
    let loads = 0
    const whole = (): Promise<number> =>
      cache.getOrSet('whole:1', async () => (await cache.get<number>('part:1'), ++loads), { ttl: '15s' })
    expect(await whole()).toBe(1)
    await cache.touch('part:1', { ttl: '1h' })
    expect(await whole()).toBe(1)
    expect(await cache.ttl('whole:1')).toMatchObject({ fresh: 15_000 })
    await invalidate({ tags: ['soups'] })
    expect(await whole()).toBe(2)
    clock.advance(15_000)
    expect(await whole()).toBe(3)
  })

  it('does not make a parent newer that is loaded after it', async () => {
    const { cache, invalidate } = open()
    await cache.set('part:1', 1, { tags: ['soups'] })
    let loads = 0
    const whole = (): Promise<number> =>
      cache.getOrSet('whole:1', async () => {
        const part = await cache.get('part:1')
        if (loads === 0) await invalidate({ tags: ['soups'] })
        if (loads === 0) await cache.touch('part:1')
        return part === undefined ? -++loads : ++loads
      })
    expect(await whole()).toBe(1)
    expect(await whole()).toBe(-2)
  })

  it.each([
    ['a key', '', {}],
    ['options', 'menu:1', null],
    ['a ttl', 'menu:1', { ttl: Number.NaN }],
    ['a ttl', 'menu:1', { ttl: 0 }],
    ['a stale', 'menu:1', { stale: -1 }],
    ['a stale', 'menu:1', { stale: '5min' }],
  ])('refuses %s that is not allowed, and touches nothing', async (_, key, life) => {
    const [one] = pair()
    await one.cache.set('menu:1', 1)
    one.clock.advance(1000)
    await expect(one.cache.touch(key, life as never)).rejects.toMatchObject(INVALID) // what types forbid
    expect(await one.cache.ttl('menu:1')).toMatchObject({ fresh: 9000 })
  })
})
