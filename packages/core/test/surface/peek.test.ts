import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, gate, open, type Watched } from '../cache/instance.ts'

const MISS = { hit: false }

/** Two instances over one memory, which see each other's invalidations. */
function pair(): readonly [Watched, Watched] {
  const backend = memory()
  const one = open({ backend })
  return [one, open({ backend, clock: one.clock })]
}

describe('peek', () => {
  it('knows what memory holds, at once', async () => {
    const { cache } = open()
    expect(cache.peek('menu:1')).toEqual(MISS)
    await cache.set('menu:1', { name: 'soup' })
    expect(cache.peek('menu:1')).toEqual({ hit: true, value: { name: 'soup' }, stale: false })
    expect(cache.namespace('menu').peek(1)).toEqual(cache.peek('menu:1'))
  })

  it('tells undefined from nothing', async () => {
    const { cache } = open()
    await cache.set('menu:1', undefined)
    expect(cache.peek('menu:1')).toEqual({ hit: true, value: undefined, stale: false })
  })

  it('gives each caller a value of its own where parts of it can change', async () => {
    const { cache } = open()
    await cache.set('menu:1', new Map([['soup', 1]]))
    const peeked = cache.peek('menu:1')
    if (peeked.hit && peeked.value instanceof Map) peeked.value.clear()
    expect(cache.peek('menu:1')).toMatchObject({ value: new Map([['soup', 1]]) })
  })

  it('never asks: what only the backend has is a miss, and no trip is made', async () => {
    const backend = memory()
    const one = open({ backend })
    let reads = 0
    const two = open({
      clock: one.clock,
      backend: {
        ...backend,
        cache(context) {
          const store = backend.cache(context)
          const read = store.read.bind(store)
          return Object.assign(store, { read: (...args: Parameters<typeof read>) => (reads++, read(...args)) })
        },
      },
    })
    await one.cache.set('menu:1', 1)
    expect(two.cache.peek('menu:1')).toEqual(MISS)
    await new Promise(setImmediate)
    expect(reads).toBe(0)
    expect(await two.cache.get('menu:1')).toBe(1)
    expect(two.cache.peek('menu:1')).toMatchObject({ hit: true, value: 1 })
  })

  it('misses what is not proven any more, and hits it again once it is', async () => {
    const { cache, clock } = open({ maxStaleness: '5s' })
    await cache.set('menu:1', 1, { ttl: '1h' })
    await clock.advanceAsync(60_000)
    expect(cache.peek('menu:1')).toEqual(MISS)
    expect(await cache.get('menu:1')).toBe(1)
    expect(cache.peek('menu:1')).toMatchObject({ hit: true, value: 1 })
  })

  it('always misses with strict consistency', async () => {
    const { cache } = open({ consistency: 'strict' })
    await cache.set('menu:1', 1)
    expect(await cache.get('menu:1')).toBe(1)
    expect(cache.peek('menu:1')).toEqual(MISS)
    const dish = cache.define('dish', { key: (id: number) => id }, (id) => id)
    await dish(1)
    expect(dish.peek(1)).toEqual(MISS)
  })

  it('tells what is stale as stale, and what has ended not at all', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    await cache.set('menu:1', 1, { ttl: '10s', stale: '10s' })
    clock.advance(10_000)
    expect(cache.peek('menu:1')).toEqual({ hit: true, value: 1, stale: true })
    clock.advance(10_000)
    expect(cache.peek('menu:1')).toEqual(MISS)
  })

  it('tells what was invalidated lazily as stale', async () => {
    const { cache, invalidate } = open()
    await cache.set('menu:1', 1, { ttl: '1h', stale: '1h', tags: ['soups'] })
    await invalidate({ tags: ['soups'] }, { strategy: 'lazy' })
    expect(cache.peek('menu:1')).toEqual({ hit: true, value: 1, stale: true })
  })

  it.each([
    ['a key', { keys: ['menu:1'] }],
    ['a tag', { tags: ['soups'] }],
    ['a prefix', { prefix: 'menu:' }],
    ['a namespace', { namespace: 'menu' }],
  ])('misses what was invalidated by %s, on every instance', async (_, target) => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 1, { tags: ['soups'] })
    await two.cache.get('menu:1')
    await one.invalidate(target)
    expect(one.cache.peek('menu:1')).toEqual(MISS)
    await new Promise(setImmediate)
    expect(two.cache.peek('menu:1')).toEqual(MISS)
  })

  it('misses values of another version, and those of another schema', async () => {
    const { cache } = open()
    const first = cache.define('menu', { key: (id: number) => id, version: 1 }, (id) => id)
    await first(1)
    expect(first.peek(1)).toMatchObject({ hit: true })
    expect(cache.peek('menu:1')).toEqual(MISS)
  })

  it('inside a loader hands what it found on to what is being loaded', async () => {
    const { cache, invalidate } = open()
    await cache.set('menu:part', 1, { tags: ['soups'] })
    const load = counter()
    const read = (): Promise<unknown> => cache.getOrSet('menu:whole', () => [cache.peek('menu:part'), load()])
    await read()
    await invalidate({ tags: ['soups'] })
    await read()
    expect(load.calls).toBe(2)
  })

  it('inside a loader hands on that there was nothing', async () => {
    const { cache } = open()
    const load = counter()
    const read = (): Promise<unknown> => cache.getOrSet('menu:whole', () => [cache.peek('menu:part').hit, load()])
    expect(await read()).toEqual([false, 1])
    await cache.set('menu:part', 1)
    expect(await read()).toEqual([true, 2])
  })

  it('never tells what a load has not brought yet', async () => {
    const { cache } = open()
    const held = gate<number>()
    const reading = cache.getOrSet('menu:1', () => held.promise)
    await new Promise(setImmediate)
    expect(cache.peek('menu:1')).toEqual(MISS)
    held.pass(1)
    await reading
    expect(cache.peek('menu:1')).toMatchObject({ value: 1 })
  })

  it('refuses what is no key, and a closed instance', async () => {
    const { cache, close } = open()
    expect(() => cache.peek('')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }))
    expect(() => cache.peek(null as never)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' })) // what types forbid
    await close()
    expect(() => cache.peek('menu:1')).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })
})
