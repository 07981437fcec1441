import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, heldLoader, open, type Watched } from './instance.ts'

function pair(options: Parameters<typeof open>[0] = {}): readonly [Watched, Watched] {
  const backend = memory()
  const one = open({ ...options, backend })
  return [one, open({ ...options, backend, clock: one.clock })]
}

describe('two instances over one backend', () => {
  it.each([
    ['a tag', { tags: ['soups'] }],
    ['a key', { keys: ['menu:1'] }],
    ['a namespace', { namespace: 'menu' }],
    ['a prefix', { prefix: 'menu:' }],
  ])("see each other's invalidation of %s at once, in memory as well", async (_, target) => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'soup', { tags: ['soups'] })
    expect(await two.cache.get('menu:1')).toBe('soup')
    expect(await two.cache.get('menu:1')).toBe('soup')
    await one.invalidate(target)
    expect(await two.cache.get('menu:1')).toBeUndefined()
    expect(await one.cache.get('menu:1')).toBeUndefined()
  })

  it('see each other clear everything', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'soup')
    expect(await two.cache.get('menu:1')).toBe('soup')
    await one.cache.clear()
    expect(await two.cache.get('menu:1')).toBeUndefined()
  })

  it('do not bring back what the other invalidated while they loaded it', async () => {
    const [one, two] = pair()
    const { load, calls } = heldLoader<string>()
    const read = one.cache.getOrSet('menu:1', load, { tags: ['soups'] })
    await one.clock.advanceAsync(1)
    await two.invalidate({ tags: ['soups'] })
    calls[0]?.pass('old')
    await read
    expect(await one.cache.get('menu:1')).toBeUndefined()
    expect(await two.cache.get('menu:1')).toBeUndefined()
  })

  it('hear what the other invalidated, and tell it apart from their own', async () => {
    const [one, two] = pair()
    for (const { cache } of [one, two]) await cache.get('menu:1')
    await one.invalidate({ tags: ['soups'] })
    await two.cache.delete('menu:1')
    await one.clock.advanceAsync(1)
    const heard = ({ of }: Watched): unknown => of('cache.invalidate').map(({ names, remote }) => [...names, remote])
    expect(heard(one)).toEqual([
      ['t:soups', false],
      ['k:menu:1', true],
    ])
    expect(heard(two)).toEqual([
      ['t:soups', true],
      ['k:menu:1', false],
    ])
  })

  it('keep each their own loads: one load per instance', async () => {
    const [one, two] = pair()
    const { load, calls } = heldLoader<string>()
    const reads = Promise.all([one.cache.getOrSet('menu:1', load), two.cache.getOrSet('menu:1', load)])
    await one.clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    for (const call of calls) call.pass('soup')
    expect(await reads).toEqual(['soup', 'soup'])
  })
})

describe("with consistency: 'strict'", () => {
  it('reads see what was invalidated, and use memory where nothing was', async () => {
    const [one, two] = pair({ consistency: 'strict' })
    const load = counter()
    expect(await one.cache.getOrSet('menu:1', load)).toBe(1)
    expect(await one.cache.getOrSet('menu:1', load)).toBe(1)
    expect(one.of('cache.hit')).toMatchObject([{ tier: 'l1' }])
    await two.invalidate({ keys: ['menu:1'] })
    expect(await one.cache.get('menu:1')).toBeUndefined()
    expect(await one.cache.getOrSet('menu:1', load)).toBe(2)
  })

  it('every read asks, concurrent ones together', async () => {
    const backend = memory()
    const store = { reads: 0 }
    const watched = {
      ...backend,
      cache(context: Parameters<typeof backend.cache>[0]) {
        const inner = backend.cache(context)
        const read = inner.read.bind(inner)
        return Object.assign(inner, { read: (...args: Parameters<typeof read>) => (store.reads++, read(...args)) })
      },
    }
    const { cache } = open({ backend: watched, consistency: 'strict' })
    await cache.set('menu:1', 'soup')
    store.reads = 0
    await cache.get('menu:1')
    await cache.getOrSet('menu:1', () => 'never')
    expect(store.reads).toBe(2)
    await Promise.all(Array.from({ length: 50 }, () => cache.get('menu:1')))
    expect(store.reads).toBe(3)
  })

  it('one load per key stays one load', async () => {
    const { cache, clock } = open({ consistency: 'strict' })
    const { load, calls } = heldLoader<string>()
    const reads = Promise.all(Array.from({ length: 20 }, () => cache.getOrSet('menu:1', load)))
    await clock.advanceAsync(1)
    calls[0]?.pass('soup')
    expect(new Set(await reads)).toEqual(new Set(['soup']))
    expect(calls).toHaveLength(1)
  })
})

describe('close', () => {
  it('ends the instance: every call afterwards is refused', async () => {
    const { cache, invalidate, close, clock } = open()
    const dish = cache.define('menu', { key: (id: number) => id }, (id) => id)
    await dish(1)
    await close()
    await close()
    const closed = { code: 'CLOSED', message: expect.stringMatching(/closed/) }
    await expect(dish(1)).rejects.toMatchObject(closed)
    await expect(dish.invalidate(1)).rejects.toMatchObject(closed)
    await expect(cache.getOrSet('menu:1', () => 1)).rejects.toMatchObject(closed)
    await expect(cache.get('menu:1')).rejects.toMatchObject(closed)
    await expect(cache.set('menu:1', 1)).rejects.toMatchObject(closed)
    await expect(cache.delete('menu:1')).rejects.toMatchObject(closed)
    await expect(invalidate({ tags: ['a'] })).rejects.toMatchObject(closed)
    await expect(cache.clear()).rejects.toMatchObject(closed)
    await expect(cache.namespace('menu').clear()).rejects.toMatchObject(closed)
    expect(clock.pending()).toBe(0)
  })

  it('waits for the loads that run, in the background as well, and keeps what they loaded', async () => {
    const [one, two] = pair()
    const { load, calls } = heldLoader<string>()
    await one.cache.getOrSet('menu:2', () => 'old', { ttl: '1s', stale: '1h' })
    await one.clock.advanceAsync(1000)
    const read = one.cache.getOrSet('menu:1', load)
    await one.cache.getOrSet('menu:2', load)
    await one.clock.advanceAsync(1)
    const done: string[] = []
    const closing = one.close().then(() => done.push('closed'))
    await one.clock.advanceAsync(10)
    expect(done).toEqual([])
    for (const call of calls) call.pass('soup')
    expect(await read).toBe('soup')
    await closing
    expect([await two.cache.get('menu:1'), await two.cache.get('menu:2')]).toEqual(['soup', 'soup'])
  })

  it('leaves other instances over the same backend alone', async () => {
    const [one, two] = pair()
    await one.cache.set('menu:1', 'soup')
    await one.close()
    expect(await two.cache.get('menu:1')).toBe('soup')
    await two.invalidate({ keys: ['menu:1'] })
    expect(await two.cache.get('menu:1')).toBeUndefined()
  })
})
