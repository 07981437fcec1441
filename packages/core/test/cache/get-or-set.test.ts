import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, heldLoader, open } from './instance.ts'

describe('getOrSet', () => {
  it('loads once and then serves from memory', async () => {
    const { cache, told } = open()
    const load = counter()
    expect(await cache.getOrSet('menu:1', load)).toBe(1)
    expect(await cache.getOrSet('menu:1', load)).toBe(1)
    expect(await cache.getOrSet('menu:1', load)).toBe(1)
    expect(load.calls).toBe(1)
    expect(told.map((event) => event.type)).toEqual([
      'view.reset',
      'cache.miss',
      'cache.load',
      'cache.write',
      'cache.hit',
      'cache.hit',
    ])
  })

  it('is fresh for its ttl, an hour unless somebody says otherwise', async () => {
    const { cache, clock, of } = open({ namespaces: { slow: { ttl: '2h' } } })
    const [usual, slow, own] = [counter(), counter(), counter()]
    const read = async (): Promise<unknown> => [
      await cache.getOrSet('usual:1', usual),
      await cache.getOrSet('slow:1', slow),
      await cache.getOrSet('slow:2', own, { ttl: '30s' }),
    ]
    expect(await read()).toEqual([1, 1, 1])
    await clock.advanceAsync(29_999)
    expect(await read()).toEqual([1, 1, 1])
    await clock.advanceAsync(1)
    expect(await read()).toEqual([1, 1, 2])
    await clock.advanceAsync(3_569_999)
    expect(await read()).toEqual([1, 1, 3])
    await clock.advanceAsync(1)
    expect(await read()).toEqual([2, 1, 3])
    await clock.advanceAsync(3_600_000)
    expect(await read()).toEqual([3, 2, 4])
    expect(of('cache.miss').map(({ reason }) => reason)).toContain('absent')
  })

  it('finds in the backend what another instance loaded', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    const load = counter()
    expect(await one.cache.getOrSet('menu:1', load)).toBe(1)
    expect(await two.cache.getOrSet('menu:1', load)).toBe(1)
    expect(two.of('cache.hit')).toMatchObject([{ tier: 'l2', stale: false, key: 'menu:1', namespace: 'menu' }])
    expect(await two.cache.getOrSet('menu:1', load)).toBe(1)
    expect(two.of('cache.hit')[1]).toMatchObject({ tier: 'l1' })
  })

  it('keeps apps and backends apart', async () => {
    const backend = memory()
    const one = open({ backend, app: 'one' })
    const two = open({ backend, app: 'two', clock: one.clock })
    await one.cache.set('menu:1', 'of one')
    expect(await two.cache.get('menu:1')).toBeUndefined()
    await two.cache.clear()
    expect(await one.cache.get('menu:1')).toBe('of one')
  })

  it('tells the loader what it loads for', async () => {
    const { cache } = open()
    const seen = await cache.getOrSet(['menu', 42], ({ path, background, signal }) => ({
      path,
      background,
      aborted: signal.aborted,
    }))
    expect(seen).toEqual({ path: 'menu:42', background: false, aborted: false })
  })

  it('takes loaders that return at once, and those that throw at once', async () => {
    const { cache } = open()
    expect(await cache.getOrSet('menu:1', () => 'now')).toBe('now')
    const failure = new Error('no such dish')
    await expect(
      cache.getOrSet('menu:2', () => {
        throw failure
      }),
    ).rejects.toBe(failure)
  })

  it.each([undefined, null, 0, '', false, Number.NaN])('keeps %s like any other value', async (value) => {
    const { cache } = open()
    let loads = 0
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', () => (loads++, value))
    expect(await read()).toBe(value)
    expect(await read()).toBe(value)
    expect(loads).toBe(1)
  })
})

describe('get', () => {
  it('finds what was stored while it is fresh, and never loads', async () => {
    const { cache, clock } = open()
    expect(await cache.get('menu:1')).toBeUndefined()
    await cache.set('menu:1', { name: 'Soup' }, { ttl: '1m', stale: '1h' })
    expect(await cache.get('menu:1')).toEqual({ name: 'Soup' })
    await clock.advanceAsync(60_000)
    expect(await cache.get('menu:1')).toBeUndefined()
  })

  it('finds in the backend what is not in memory', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.set('menu:1', 'soup')
    expect(await two.cache.get('menu:1')).toBe('soup')
    expect(two.of('cache.hit')).toMatchObject([{ tier: 'l2' }])
  })
})

describe('set', () => {
  it('replaces what was there, here and elsewhere, and says how far it got', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.set('menu:1', 'old')
    expect([await one.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual(['old', 'old'])
    expect(await two.cache.set('menu:1', 'new')).toEqual({ reached: 'all' })
    expect([await one.cache.get('menu:1'), await two.cache.get('menu:1')]).toEqual(['new', 'new'])
  })

  it('outranks a load that began before it', async () => {
    const { cache, clock, of } = open()
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(0)
    await cache.set('menu:1', 'new')
    calls[0]?.pass('old')
    expect(await read).toBe('old')
    expect(await cache.get('menu:1')).toBe('new')
    expect(of('cache.hit')).toMatchObject([{ tier: 'l1' }])
    expect(await cache.getOrSet('menu:1', () => 'loaded again')).toBe('new')
  })

  it('leaves what else has the tags of the value alone', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'one', { tags: ['soups'] })
    await cache.set('menu:2', 'two', { tags: ['soups'] })
    expect(await cache.get('menu:1')).toBe('one')
  })

  it('changes nothing when it refuses the value', async () => {
    const { cache, of } = open()
    await cache.set('menu:1', 'old')
    await expect(cache.set('menu:1', () => 'new')).rejects.toMatchObject({ code: 'UNSUPPORTED_VALUE' })
    expect(await cache.get('menu:1')).toBe('old')
    expect(of('cache.invalidate')).toHaveLength(1)
  })
})

describe('delete and clear', () => {
  it('delete one key, and nothing beside it', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'one')
    await cache.set('menu:1:sv', 'ett')
    expect(await cache.delete('menu:1')).toEqual({ reached: 'all' })
    expect([await cache.get('menu:1'), await cache.get('menu:1:sv')]).toEqual([undefined, 'ett'])
    expect(await cache.delete('menu:never')).toEqual({ reached: 'all' })
  })

  it('clear everything', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'one')
    await cache.set('plain', 'two')
    expect(await cache.clear()).toEqual({ reached: 'all' })
    expect([await cache.get('menu:1'), await cache.get('plain')]).toEqual([undefined, undefined])
  })
})

describe('a namespace', () => {
  it('has the entries whose keys begin with it', async () => {
    const { cache } = open()
    const menu = cache.namespace('menu')
    expect(menu.name).toBe('menu')
    await menu.set(['dish', 42], 'soup')
    expect(await cache.get('menu:dish:42')).toBe('soup')
    expect(await menu.get('dish:42')).toBe('soup')
    expect(await menu.getOrSet('dish:42', () => 'loaded')).toBe('soup')
    await menu.delete('dish:42')
    expect(await cache.get('menu:dish:42')).toBeUndefined()
  })

  it('is cleared alone', async () => {
    const { cache } = open()
    const [menu, menus] = [cache.namespace('menu'), cache.namespace('menus')]
    await menu.set(1, 'soup')
    await menus.set(1, 'lunch')
    await menu.clear()
    expect([await menu.get(1), await menus.get(1)]).toEqual([undefined, 'lunch'])
  })

  it('takes a key with colons as its own, and a whole key without one as the default namespace', async () => {
    const { cache } = open()
    await cache.set('soup', 1)
    await cache.namespace('default').set('other:soup', 2)
    expect(await cache.namespace('default').get('soup')).toBe(1)
    expect(await cache.get('default:other:soup')).toBe(2)
    expect(await cache.get('other:soup')).toBeUndefined()
  })

  it('has defaults of its own, which a call may override', async () => {
    const { cache, clock } = open({ namespaces: { menu: { ttl: '10s', stale: '10s', staleWhileRevalidate: false } } })
    const load = counter()
    await cache.namespace('menu').getOrSet(1, load)
    await cache.namespace('menu').getOrSet(2, load, { ttl: '1m' })
    await clock.advanceAsync(15_000)
    expect(await cache.namespace('menu').getOrSet(1, load)).toBe(3)
    expect(await cache.namespace('menu').getOrSet(2, load)).toBe(2)
  })
})
