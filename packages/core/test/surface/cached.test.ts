import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counter, open, type Watched } from '../cache/instance.ts'

const loadOne = (): number => 1
class Sample {
  readonly name = 'menu'
}
const INVALID = { code: 'INVALID_ARGUMENT' }

type Argument = string | number | bigint | boolean

/** The whole key that these arguments have by default. */
function keyOf({ cache }: Watched, name: string): (...args: readonly Argument[]) => string {
  return cache.cached(name, {}, (...args: readonly Argument[]) => args.length).keyOf
}

describe('cached', () => {
  it('calls the function once for the same arguments, and is called like it', async () => {
    const { cache } = open()
    const add = cache.cached('sums', {}, (a: number, b: number) => ({ sum: a + b, calls: load() }))
    const load = counter()
    expect(await Promise.all([add(1, 2), add(1, 2), add(2, 1)])).toEqual([
      { sum: 3, calls: 1 },
      { sum: 3, calls: 1 },
      { sum: 3, calls: 2 },
    ])
    expect(await add(1, 2)).toEqual({ sum: 3, calls: 1 })
    expect(Object.isFrozen(await add(1, 2))).toBe(true)
  })

  it('keeps the result of a function without arguments', async () => {
    const { cache } = open()
    const load = counter()
    const all = cache.cached('all', {}, () => load())
    expect([await all(), await all(), all.keyOf()]).toEqual([1, 1, 'all:()'])
    await all.invalidate()
    expect(await all()).toBe(2)
  })

  it('invalidates by arguments, and is hit by whatever hits its key and tags', async () => {
    const { cache, invalidate } = open()
    const load = counter()
    const dish = cache.cached(
      'menu:dishes',
      { tags: (value: number, id) => [`v${value}`, `id${id}`], argumentTags: (id) => [`a${id}`] },
      (id: string) => id.length + load(),
    )
    let value = await dish('soup')
    const hits: readonly (() => Promise<unknown>)[] = [
      () => dish.invalidate('soup'),
      () => invalidate({ keys: [dish.keyOf('soup')] }),
      () => invalidate({ prefix: 'menu:dishes:' }),
      () => invalidate({ namespace: 'menu' }),
      () => invalidate({ tags: [`v${value}`] }),
      () => invalidate({ tags: ['idsoup'] }),
      () => invalidate({ tags: ['asoup'] }),
    ]
    for (const hit of hits) {
      await hit()
      expect(await dish('soup')).toBe(value + 1)
      value += 1
    }
    await dish.invalidate('bread')
    expect(await dish('soup')).toBe(value)
  })

  it('takes the options of a definition: a key, a life, a version', async () => {
    const { cache } = open()
    const load = counter()
    const dish = cache.cached('menu', { key: ({ id }: { readonly id: number }) => id, ttl: '7s', version: 3 }, load)
    expect([await dish({ id: 1 }), await dish({ id: 1 })]).toEqual([1, 1])
    expect(dish.keyOf({ id: 1 })).toBe('menu:1')
    expect(await cache.ttl('menu:1')).toBeUndefined()
    expect(await cache.getOrSet('menu:1', load, { version: 3 })).toBe(1)
  })

  it("rejects with the function's error, and keeps none", async () => {
    const { cache } = open()
    const load = counter()
    const dish = cache.cached('menu', {}, (id: number) => {
      if (load() === 1) throw new Error(`no ${id}`)
      return id
    })
    await expect(dish(1)).rejects.toThrow('no 1')
    expect(await dish(1)).toBe(1)
  })

  it('inside a loader hands its entry on', async () => {
    const { cache } = open()
    const [part, whole] = [counter(), counter()]
    const dish = cache.cached('menu', {}, (_id: number) => part())
    const page = (): Promise<number> => cache.getOrSet('page:1', async () => (await dish(1), whole()))
    expect([await page(), await page()]).toEqual([1, 1])
    await dish.invalidate(1)
    expect(await page()).toBe(2)
  })

  it.each([
    ['an object', [{ id: 1 }]],
    ['nothing', [null]],
    ['undefined', [1, undefined]],
    ['a symbol', [Symbol('x')]],
    ['an array', [['a', 'b']]],
    ['NaN', [Number.NaN]],
    ['a control character', ['a\u0000']],
    ['a lone surrogate', ['a\ud800']],
    ['too long a text', ['x'.repeat(2000)]],
  ])('refuses %s as an argument without a key, and does not call the function', async (_, args) => {
    const { cache } = open()
    const load = counter()
    const dish = cache.cached('menu', {}, (...given: readonly unknown[]) => given.length + load())
    await expect(dish(...args)).rejects.toMatchObject(INVALID)
    await expect(dish.invalidate(...args)).rejects.toMatchObject(INVALID)
    expect(() => dish.keyOf(...args)).toThrow(expect.objectContaining(INVALID))
    expect(load.calls).toBe(0)
  })

  it.each([
    ['a name that is none', 'my menu', {}, loadOne],
    ['an empty name', '', {}, loadOne],
    ['no name', null, {}, loadOne],
    ['options that are none', 'menu', null, loadOne],
    ['a function that is none', 'menu', {}, 5],
    ['a key that is none', 'menu', { key: 'id' }, loadOne],
    ['a misspelt duration', 'menu', { ttl: '5 m' }, loadOne],
    ['tags that are no list', 'menu', { tags: 'soups' }, loadOne],
  ])('refuses %s, and leaves the name free', (_, name, options, fn) => {
    const { cache } = open()
    expect(() => cache.cached(name as never, options as never, fn as never)).toThrow(expect.objectContaining(INVALID)) // what types forbid
    expect(() => cache.cached('menu', {}, () => 1)).not.toThrow()
  })

  it('may take a name again with `redefine`', async () => {
    const { cache } = open({ redefine: true })
    const older = cache.cached('menu', {}, (id: number) => `older ${id}`)
    const newer = cache.cached('menu', {}, (id: number) => `newer ${id}`)
    expect([await newer(1), await older(1), await older(2)]).toEqual(['newer 1', 'newer 1', 'older 2'])
  })

  it('shares its names with definitions', () => {
    const { cache } = open()
    cache.cached('menu', {}, () => 1)
    cache.define('dishes', { key: () => 1 }, () => 1)
    const taken = expect.objectContaining({ ...INVALID, message: expect.stringMatching(/not used yet/) })
    expect(() => cache.cached('menu', {}, () => 1)).toThrow(taken)
    expect(() => cache.cached('dishes')).toThrow(taken)
    expect(() => cache.define('menu', { key: () => 1 }, () => 1)).toThrow(taken)
  })
})

describe('arguments as a key', () => {
  it('that look alike and are not the same never meet', () => {
    const key = keyOf(open(), 'fn')
    const alike: readonly (readonly Argument[])[] = [
      [],
      ['()'],
      [''],
      ['""'],
      [1],
      ['1'],
      [1n],
      ['1n'],
      ['"1"'],
      [true],
      ['true'],
      ['"true"'],
      [false],
      ['false'],
      ['NaN'],
      [-1],
      ['-1'],
      [-1n],
      [1e21],
      ['1e+21'],
      [10n ** 21n],
      ['a', 'b'],
      ['a:b'],
      ['a%3Ab'],
      ['a', ''],
      ['', 'a'],
      ['a', 'b', ''],
      ['truetrue'],
      ['null'],
      ['undefined'],
    ]
    const keys = alike.map((args) => key(...args))
    expect(new Set(keys).size).toBe(alike.length)
  })

  it('never meet, whatever they are', () => {
    const key = keyOf(open(), 'fn')
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 6 }),
      fc.constantFrom('1', '"1"', '1n', 'true', '"', '\\', ':', '%', '%3A', '()', '""', 'a:b'),
      fc.integer().map((n) => JSON.stringify(String(n))),
    )
    const argument = fc.oneof(
      text,
      // Both zeros are one key, as they are one key of a Map.
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
      fc.integer({ min: -3, max: 3 }),
      fc.bigInt({ min: -3n, max: 3n }),
      fc.bigInt(),
      fc.boolean(),
    )
    const args = fc.array(argument, { maxLength: 3 })
    const made = (list: readonly Argument[]): string | undefined => {
      try {
        return key(...list)
      } catch {
        return undefined // control characters are in no key
      }
    }
    fc.assert(
      fc.property(args, args, (one, two) => {
        const [first, second] = [made(one), made(two)]
        const same = one.length === two.length && one.every((each, n) => each === two[n])
        return first === undefined || second === undefined || (first === second) === same
      }),
      { numRuns: process.env['REDSTART_SOAK'] === '1' ? 30_000 : 1000 },
    )
  })
})

describe('the decorator', () => {
  it('puts a cache in front of a method, with its object and its private state', async () => {
    const { cache } = open()
    class Menu {
      readonly #prices = new Map([['soup', 5]])
      calls = 0

      @cache.cached('prices', { ttl: '5m' })
      async price(dish: string): Promise<number | undefined> {
        this.calls++
        return this.#prices.get(dish)
      }
    }
    const menu = new Menu()
    expect([await menu.price('soup'), await menu.price('soup'), await menu.price('tea')]).toEqual([5, 5, undefined])
    expect(menu.calls).toBe(2)
  })

  it('lets all objects of the class share results, unless the key tells them apart', async () => {
    const { cache } = open()
    class Menu {
      readonly language: string
      calls = 0

      constructor(language: string) {
        this.language = language
      }

      @cache.cached('shared')
      async title(id: number): Promise<string> {
        this.calls++
        return `${id} in ${this.language}`
      }

      title2(id: number): Promise<string> {
        return this.titleIn(this.language, id)
      }

      @cache.cached('apart', { key: (language: string, id: number) => [language, id] })
      async titleIn(language: string, id: number): Promise<string> {
        return `${id} in ${language}`
      }
    }
    const [sv, en] = [new Menu('sv'), new Menu('en')]
    expect([await sv.title(1), await en.title(1)]).toEqual(['1 in sv', '1 in sv'])
    expect([await sv.title2(1), await en.title2(1)]).toEqual(['1 in sv', '1 in en'])
    expect([sv.calls, en.calls]).toEqual([1, 0])
  })

  it('calls the method of the object that missed', async () => {
    const { cache } = open()
    class Menu {
      readonly name: string
      constructor(name: string) {
        this.name = name
      }

      @cache.cached('names')
      async named(id: number): Promise<string> {
        return `${this.name} ${id}`
      }
    }
    expect(await Promise.all([new Menu('one').named(1), new Menu('two').named(2)])).toEqual(['one 1', 'two 2'])
  })

  it('works on static methods, and on what a subclass inherits and calls', async () => {
    const { cache } = open()
    const load = counter()
    class Menu {
      static readonly #start = 100

      @cache.cached('static')
      static async next(by: number): Promise<number> {
        return Menu.#start + by + load()
      }

      @cache.cached('inherited')
      async count(): Promise<number> {
        return load()
      }
    }
    class Dinner extends Menu {
      override async count(): Promise<number> {
        return -(await super.count())
      }
    }
    expect([await Menu.next(1), await Menu.next(1), await Dinner.next(1)]).toEqual([102, 102, 102])
    expect([await new Menu().count(), await new Dinner().count()]).toEqual([2, -2])
  })

  it('works on private methods', async () => {
    const { cache } = open()
    const load = counter()
    class Menu {
      @cache.cached('private')
      async #count(_id: number): Promise<number> {
        return load()
      }

      count(id: number): Promise<number> {
        return this.#count(id)
      }
    }
    const menu = new Menu()
    expect([await menu.count(1), await menu.count(1), await menu.count(2)]).toEqual([1, 1, 2])
  })

  it('is for one method: a second one under the name would answer for the first', () => {
    const { cache } = open()
    const decorate = cache.cached<[], number>('menu')
    const build = (): unknown =>
      class {
        @decorate
        async one(): Promise<number> {
          return 1
        }
        @decorate
        async two(): Promise<number> {
          return 2
        }
      }
    expect(build).toThrow(
      expect.objectContaining({ ...INVALID, message: expect.stringMatching(/"two"; expected one method/) }),
    )
  })

  it.each([
    ['a getter', [loadOne, { kind: 'getter', name: 'x' }]],
    ['a field', [undefined, { kind: 'field', name: 'x' }]],
    ['a class', [Sample, { kind: 'class', name: 'Sample' }]],
    ['what the older kind is given', [{}, 'method', {}]],
    ['what the older kind is given for a static method', [Sample, 'method', {}]],
    ['nothing', []],
  ])('refuses %s', (_, args) => {
    const { cache } = open()
    const decorate = cache.cached('menu') as (...given: readonly unknown[]) => unknown
    expect(() => decorate(...args)).toThrow(expect.objectContaining(INVALID))
  })
})
