import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { LARGEST_VALUE } from '../../src/cache/form.ts'
import { open } from './instance.ts'

/** What a loader may return and every reader must get, mutable parts included. */
const values = fc.anything({
  values: [
    fc.constantFrom<unknown>(undefined, null, -0, Number.NaN, Infinity),
    fc.double(),
    fc.string({ unit: 'grapheme' }),
    fc.bigInt(),
    fc.boolean(),
    fc.date({ noInvalidDate: true }),
  ],
  key: fc.string().filter((key) => key !== '__proto__'),
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
})

const samples: readonly (readonly [string, () => unknown])[] = [
  ['plain data', () => ({ name: 'soup', prices: [1, 2.5], nested: { deep: [null, true] } })],
  ['a Date', () => ({ at: new Date(0) })],
  [
    'a Map',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{ b: 2 }, new Set([3])],
      ]),
  ],
  ['a Set', () => new Set([1, 'two', new Date(3)])],
  ['a BigInt', () => 2n ** 100n],
  ['undefined in an object', () => ({ a: undefined, b: [undefined] })],
  ['NaN, -0 and Infinity', () => [Number.NaN, -0, Infinity, -Infinity]],
  ['a Uint8Array', () => new Uint8Array([1, 2, 255])],
  ['typed arrays', () => ({ floats: new Float64Array([0.1, -0]), big: new BigInt64Array([1n]) })],
  ['a RegExp', () => /a+b/giu],
  ['a URL', () => new URL('https://example.test/a?b=c')],
]

describe('a value', () => {
  it.each(samples)('%s comes back the same to the first reader, from memory and from the backend', async (_, make) => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    const read = (cache: typeof one.cache): Promise<unknown> => cache.getOrSet('menu:1', make)
    for (const value of [await read(one.cache), await read(one.cache), await read(two.cache), await read(two.cache)]) {
      expect(isDeepStrictEqual(value, make())).toBe(true)
    }
    expect(two.of('cache.hit').map(({ tier }) => tier)).toEqual(['l2', 'l1'])
  })

  it('of any kind comes back the same from memory and from the backend', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    let id = 0
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const key = ['menu', ++id]
        const reads = [
          await one.cache.getOrSet(key, () => value),
          await one.cache.get(key),
          await two.cache.get(key),
          await two.cache.get(key),
        ]
        for (const read of reads) expect(isDeepStrictEqual(read, value)).toBe(true)
        await one.cache.set(key, value)
        expect(isDeepStrictEqual(await one.cache.get(key), value)).toBe(true)
        expect(isDeepStrictEqual(await two.cache.get(key), value)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('of plain data is one frozen object for all readers', async () => {
    const { cache } = open()
    const one = await cache.getOrSet('menu:1', () => ({ name: 'soup', parts: [{ name: 'leek' }] }))
    const other = await cache.get<typeof one>('menu:1')
    expect(other).toBe(one)
    expect(() => Object.assign(one, { name: 'salad' })).toThrow(TypeError)
    expect(() => one.parts.push({ name: 'salt' })).toThrow(TypeError)
    expect(() => Object.assign(one.parts[0] ?? {}, { name: 'salt' })).toThrow(TypeError)
  })

  it('does not change with the object that the loader returned or that was set', async () => {
    const { cache } = open()
    const dish = { name: 'soup', parts: ['leek'] }
    const loaded = await cache.getOrSet('menu:1', () => dish)
    await cache.set('menu:2', dish)
    dish.name = 'salad'
    dish.parts.push('salt')
    expect(loaded).toEqual({ name: 'soup', parts: ['leek'] })
    expect([await cache.get('menu:1'), await cache.get('menu:2')]).toEqual([loaded, loaded])
    expect(Object.isFrozen(dish)).toBe(false)
  })

  it('with parts that can change is a copy of his own for each reader, also of those who waited for one load', async () => {
    const { cache } = open()
    const original = new Map([['a', new Date(0)]])
    const read = (): Promise<Map<string, Date>> => cache.getOrSet('menu:1', () => original)
    const readers = await Promise.all([read(), read(), read()])
    readers.push(await read(), await read())
    for (const [index, map] of readers.entries()) {
      expect(map).not.toBe(original)
      expect(map).toEqual(new Map([['a', new Date(0)]]))
      map.set('b', new Date(index))
      map.get('a')?.setTime(index)
    }
    expect(await read()).toEqual(new Map([['a', new Date(0)]]))
    expect(original).toEqual(new Map([['a', new Date(0)]]))
  })

  it('of bytes does not change with the bytes that were given or got', async () => {
    const { cache } = open()
    const bytes = Buffer.from([1, 2, 3])
    await cache.set('menu:1', bytes)
    bytes[0] = 9
    const got = await cache.get<Uint8Array>('menu:1')
    got?.fill(7)
    expect(await cache.get('menu:1')).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('may be a circle, which memory and backend give back as one', async () => {
    interface Circle {
      name: string
      self?: Circle
    }
    const circle: Circle = { name: 'round' }
    circle.self = circle
    const { cache } = open()
    const value = await cache.getOrSet('menu:1', () => circle)
    expect(value.self?.self?.name).toBe('round')
    expect(value.self).toBe(value)
  })
})

describe('a value that cannot be stored', () => {
  class Dish {
    readonly name = 'soup'
  }
  const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['a function', () => () => 'secret', /^The value at \$ is a function/],
    ['a symbol', () => ({ kind: Symbol('secret') }), /^The value at \$\.kind is a symbol/],
    [
      'an instance of a class',
      () => ({ dishes: [new Dish()] }),
      /^The value at \$\.dishes\[0\] is an instance of Dish/,
    ],
    [
      'a promise',
      () => ({ later: Promise.resolve('secret') }),
      /^The value at \$\.later is an (instance of Promise|object with symbol keys)/,
    ],
    ['an error', () => [new Error('secret')], /^The value at \$\[0\] is an instance of Error/],
    [
      'too deep',
      () => Array.from({ length: 501 }).reduce<unknown>((inner) => [inner], 'secret'),
      /nested deeper than 500 levels/,
    ],
  ]

  it.each(refused)('(%s) is returned as it is, told of, and not stored', async (_, make, message) => {
    const { cache, of } = open()
    const value = make()
    expect(await cache.getOrSet('menu:1', () => value)).toBe(value)
    expect(of('cache.write')).toMatchObject([
      {
        outcome: 'unsupported',
        bytes: 0,
        error: { code: 'UNSUPPORTED_VALUE', message: expect.stringMatching(message) },
      },
    ])
    expect(await cache.get('menu:1')).toBeUndefined()
    expect(cache.stats().namespaces['menu']).toMatchObject({ loads: 1, unstored: 1, loadErrors: 0 })
  })

  it.each(refused)('(%s) is refused by set, which leaves what was there', async (_, make, message) => {
    const { cache } = open()
    await cache.set('menu:1', 'old')
    const failure: unknown = await cache.set('menu:1', make()).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'UNSUPPORTED_VALUE', message: expect.stringMatching(message) })
    expect(String(failure)).not.toContain('secret')
    expect(await cache.get('menu:1')).toBe('old')
  })

  it('is shared by those who waited for its load, and by nobody else', async () => {
    const { cache } = open()
    const read = (): Promise<Dish> => cache.getOrSet('menu:1', () => new Dish())
    const [one, two] = await Promise.all([read(), read()])
    expect(one).toBe(two)
    expect(await read()).not.toBe(one)
  })

  it('(above 8 MiB) is returned and not stored by getOrSet, and refused by set', async () => {
    const { cache, of } = open()
    const large = 'x'.repeat(LARGEST_VALUE - 1)
    expect(await cache.getOrSet('menu:1', () => large)).toBe(large)
    expect(of('cache.write')).toMatchObject([
      {
        outcome: 'too-large',
        error: { code: 'VALUE_TOO_LARGE', message: 'the value takes 8388609 bytes; at most 8388608 are stored' },
      },
    ])
    await expect(cache.set('menu:1', large)).rejects.toMatchObject({ code: 'VALUE_TOO_LARGE' })
    expect(await cache.get('menu:1')).toBeUndefined()
    await cache.set('menu:1', large.slice(1))
    expect(await cache.get('menu:1')).toHaveLength(LARGEST_VALUE - 2)
  })

  it('still hands up the tags of what it is made of', async () => {
    const { cache, invalidate } = open()
    const part = (): Promise<unknown> => cache.getOrSet('part:1', () => () => 'unstorable', { tags: ['soups'] })
    await cache.getOrSet('menu:1', async () => typeof (await part()))
    await invalidate({ tags: ['soups'] })
    expect(await cache.get('menu:1')).toBeUndefined()
  })
})
