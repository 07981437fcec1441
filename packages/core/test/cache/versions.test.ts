import { describe, expect, it } from 'vitest'
import { decodeEntry } from '../../src/wire/index.ts'
import { counter, heldLoader, open } from './instance.ts'
import { openMemory } from './stored-bytes.ts'

async function shapeAt(place: ReturnType<typeof openMemory>, path: string): Promise<number> {
  const decoded = decodeEntry((await place.bytesAt(path)) ?? new Uint8Array())
  return decoded.ok ? decoded.entry.shape : expect.fail(`there is no entry: ${decoded.reason}`)
}

describe('a version', () => {
  it.each([
    [1, 1],
    [4_294_967_295, 4_294_967_295],
    ['v2', 2_538_228_513],
    ['料理', 897_362_991],
  ])('%j is in the entry as %i', async (version, shape) => {
    const place = openMemory()
    const { cache } = open({ backend: place.backend, app: place.app })
    await cache.getOrSet('menu:1', () => 1, { version })
    expect(await shapeAt(place, 'menu:1')).toBe(shape)
    await cache.set('menu:2', 1, { version })
    expect(await shapeAt(place, 'menu:2')).toBe(shape)
  })

  it('makes misses of the entries of another, and of none, both ways, without looking into them', async () => {
    const place = openMemory()
    const before = open({ backend: place.backend, app: place.app })
    const after = open({
      backend: place.backend,
      app: place.app,
      clock: before.clock,
      namespaces: { menu: { version: 2 } },
    })
    const dish = (instance: typeof before): ((id: number) => Promise<string>) =>
      instance.cache.define('menu', { key: (id: number) => id }, (id) => `${instance === after ? 'new' : 'old'} ${id}`)
    const [old, young] = [dish(before), dish(after)]
    expect([await old(1), await young(1)]).toEqual(['old 1', 'new 1'])
    expect(after.of('cache.miss')).toMatchObject([{ reason: 'version' }])
    // The older release overwrites the entry in turn, and neither ever sees the other's.
    before.clock.advance(3_600_001)
    expect([await old(1), await young(1), await old(1)]).toEqual(['old 1', 'new 1', 'old 1'])
    const third = open({ backend: place.backend, app: place.app, clock: before.clock })
    expect(await third.cache.get('menu:1')).toBeUndefined()
    expect(third.of('cache.miss')).toMatchObject([{ reason: 'version' }])
  })

  it('is decided before anything is decoded', async () => {
    const place = openMemory()
    const one = open({ backend: place.backend, app: place.app })
    await one.cache.set('menu:1', { name: 'soup' }, { version: 7 })
    const bytes = Buffer.from((await place.bytesAt('menu:1')) ?? [])
    await place.put('menu:1', bytes.fill(0xff, bytes.length - 5))
    expect(await one.cache.getOrSet('menu:1', () => 'ours', { version: 8 })).toBe('ours')
    expect(one.of('cache.miss')).toMatchObject([{ reason: 'version' }])
    expect(one.of('cache.remove')).toEqual([])
  })

  it('is looked at in memory, too, where definitions and calls of one process meet', async () => {
    const { cache } = open()
    const [one, two] = [counter(), counter()]
    const first = cache.define('menu', { key: (id: string) => id.split(':'), version: 1 }, one)
    const second = cache.define('menu:soups', { key: (id: number) => id, version: 2 }, two)
    expect([await first('soups:1'), await second(1), await first('soups:1'), await second(1)]).toEqual([1, 1, 2, 2])
    expect(second.peek(1)).toMatchObject({ hit: true, value: 2 })
    expect(first.peek('soups:1')).toEqual({ hit: false })
    expect(cache.peek('menu:soups:1')).toEqual({ hit: false })
    expect(await cache.getOrSet('menu:soups:1', () => expect.fail('a load'), { version: 2 })).toBe(2)
  })

  it('of a namespace is that of get, set, peek and getOrSet in it', async () => {
    const place = openMemory()
    const { cache, clock } = open({ backend: place.backend, app: place.app, namespaces: { menu: { version: 'v2' } } })
    await cache.set('menu:1', 'soup')
    expect([cache.peek('menu:1'), await cache.get('menu:1')]).toMatchObject([{ value: 'soup' }, 'soup'])
    expect(await cache.getOrSet('menu:1', () => 'other')).toBe('soup')
    expect(await cache.getOrSet('menu:1', () => 'other', { version: 'v2' })).toBe('soup')
    expect(
      await open({ backend: place.backend, app: place.app, clock, defaults: { version: 'v2' } }).cache.get('menu:1'),
    ).toBe('soup')
    await cache.set('other:1', 'salad')
    expect(await cache.get('other:1')).toBe('salad')
  })

  it('has readers with another wait for the load in progress, and then load for themselves', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    const reads = [1, 2].map((version) => cache.getOrSet('menu:1', load, { version }))
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('one')
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('two')
    expect(await Promise.all(reads)).toEqual(['one', 'two'])
  })

  it.each([0, -1, 1.5, 2 ** 32, Number.NaN, '', 'x'.repeat(257), null, {}])('must not be %j', async (version) => {
    const { cache } = open()
    const refusal = expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^version is .* expected a whole number of 1 to 4294967295, or text/),
    })
    const options = { version: version as number }
    await expect(cache.getOrSet('menu:1', () => 1, options)).rejects.toThrow(refusal)
    await expect(cache.set('menu:1', 1, options)).rejects.toThrow(refusal)
    expect(() => cache.define('menu', { key: () => 1, ...options }, () => 1)).toThrow(refusal)
    expect(() => open({ namespaces: { menu: options } })).toThrow(refusal)
  })
})
