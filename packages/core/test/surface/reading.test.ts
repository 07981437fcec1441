import { describe, expect, it } from 'vitest'
import { counter, open } from '../cache/instance.ts'

const INVALID = { code: 'INVALID_ARGUMENT' }

describe('has', () => {
  it('is true for what is fresh, whatever its value', async () => {
    const { cache } = open()
    expect(await cache.has('menu:1')).toBe(false)
    for (const value of [undefined, null, 0, '', false]) {
      await cache.set('menu:1', value)
      expect(await cache.has('menu:1')).toBe(true)
    }
    await cache.delete('menu:1')
    expect(await cache.has('menu:1')).toBe(false)
  })

  it('is false for what is stale, which a read with a loader may still serve', async () => {
    const { cache, clock } = open()
    await cache.set('menu:1', 'old', { ttl: '1s', stale: '1h' })
    clock.advance(2000)
    expect(await cache.has('menu:1')).toBe(false)
    expect(await cache.getOrSet('menu:1', () => 'new', { ttl: '1h' })).toBe('old')
  })

  it('inside a loader makes what is loaded depend on the answer', async () => {
    const { cache } = open()
    const load = counter()
    const read = (): Promise<unknown> => cache.getOrSet('menu:whole', async () => [await cache.has('menu:1'), load()])
    expect(await read()).toEqual([false, 1])
    await cache.set('menu:1', 1)
    expect(await read()).toEqual([true, 2])
    await cache.delete('menu:1')
    expect(await read()).toEqual([false, 3])
  })
})

describe('getMany', () => {
  it('gives what is fresh by the keys that were asked for, in their order', async () => {
    const { cache, clock } = open()
    await cache.set('menu:2', 'two')
    await cache.set('menu:1', undefined)
    await cache.set('menu:old', 'old', { ttl: '1s', stale: '1h' })
    clock.advance(2000)
    const found = await cache.getMany(['menu:1', 'menu:none', 'menu:old', 'menu:2', 'menu:1'])
    expect([...found]).toEqual([
      ['menu:1', undefined],
      ['menu:2', 'two'],
    ])
  })

  it('gives back the very keys: numbers, bigints and arrays, each array once', async () => {
    const { cache } = open()
    const menu = cache.namespace('menu')
    await menu.setMany([
      [1, 'one'],
      [['a', 'b:c'], 'pair'],
    ])
    const [array, twin] = [
      ['a', 'b:c'],
      ['a', 'b:c'],
    ]
    const found = await menu.getMany([1, '1', 1n, array, twin, array])
    expect([...found.values()]).toEqual(['one', 'one', 'one', 'pair', 'pair'])
    expect(found.get(array)).toBe('pair')
    expect(found.get(twin)).toBe('pair')
    expect(found.get(1n)).toBe('one')
  })

  it.each([0, 1, 64, 65, 1000, 2001])('gives all of %i', async (size) => {
    const { cache } = open()
    const menu = cache.namespace('menu')
    await menu.setMany(Array.from({ length: size }, (_, id) => [id, { id }]))
    const keys = Array.from({ length: size }, (_, id) => id)
    expect([...(await menu.getMany(keys))]).toEqual(keys.map((id) => [id, { id }]))
  })

  it('shares nothing that can change between callers', async () => {
    const { cache } = open()
    await cache.set('menu:1', new Date(5))
    const [one, two] = [await cache.getMany(['menu:1']), await cache.getMany(['menu:1'])]
    expect(one).toEqual(two)
    expect(one.get('menu:1')).not.toBe(two.get('menu:1'))
  })

  it('inside a loader makes what is loaded depend on each of them, there or not', async () => {
    const { cache } = open()
    await cache.set('menu:1', 1)
    const load = counter()
    const read = (): Promise<unknown> =>
      cache.getOrSet('menu:whole', async () => [(await cache.getMany(['menu:1', 'menu:2'])).size, load()])
    expect(await read()).toEqual([1, 1])
    await cache.set('menu:2', 2)
    expect(await read()).toEqual([2, 2])
    await cache.delete('menu:1')
    expect(await read()).toEqual([1, 3])
  })

  it.each([
    ['no list', 'menu:1'],
    ['nothing', null],
    ['a bad key', ['menu:1', '']],
    ['a bad part', [['a', {}]]],
  ])('refuses %s', async (_, keys) => {
    const { cache } = open()
    await expect(cache.getMany(keys as never)).rejects.toMatchObject(INVALID) // what types forbid
  })
})

describe('ttl', () => {
  it('tells both ends, from now', async () => {
    const { cache, clock } = open()
    expect(await cache.ttl('menu:1')).toBeUndefined()
    await cache.set('menu:1', 1, { ttl: '10s', stale: '20s' })
    expect(await cache.ttl('menu:1')).toEqual({ fresh: 10_000, stale: 30_000 })
    clock.advance(4000)
    expect(await cache.ttl('menu:1')).toEqual({ fresh: 6000, stale: 26_000 })
    clock.advance(6000)
    expect(await cache.ttl('menu:1')).toBeUndefined()
  })

  it('follows the order of call, namespace, defaults', async () => {
    const { cache } = open({ defaults: { ttl: '3s', stale: '1s' }, namespaces: { menu: { ttl: '2s' } } })
    await cache.set('other:1', 1)
    await cache.set('menu:1', 1)
    await cache.set('menu:2', 1, { ttl: '1s', stale: 0 })
    expect(await cache.ttl('other:1')).toEqual({ fresh: 3000, stale: 4000 })
    expect(await cache.ttl('menu:1')).toEqual({ fresh: 2000, stale: 3000 })
    expect(await cache.ttl('menu:2')).toEqual({ fresh: 1000, stale: 1000 })
  })
})

describe('defaults', () => {
  it('hold for namespaces that are named nowhere, for definitions and for tenants', async () => {
    const { cache } = open({ defaults: { ttl: '3s' } })
    const dish = cache.define('dish', { key: (id: number) => id }, (id) => id)
    await dish(1)
    await cache.getOrSet('menu:1', () => 1)
    await cache.tenant('acme').set('menu:1', 1)
    await cache.set('alone', 1)
    for (const life of [
      await cache.ttl('dish:1'),
      await cache.ttl('menu:1'),
      await cache.tenant('acme').ttl('menu:1'),
      await cache.ttl('alone'),
    ])
      expect(life).toEqual({ fresh: 3000, stale: 3000 })
  })

  it.each([
    [{ ttl: -1 }, /^ttl is -1; expected a duration/],
    [{ stale: '5 m' }, /^stale is "5 m"; expected a duration/],
    [{ jitter: 2 }, /^jitter is 2; expected a number from 0 to 1/],
    [5, /^defaults is 5; expected an object/],
  ])('that are not allowed are refused: %j', (defaults, message) => {
    expect(() => open({ defaults: defaults as never })).toThrow(message) // what types forbid
  })
})
