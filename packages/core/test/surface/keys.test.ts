import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkKey, keyShape, lifetimes, shortPart } from '../../src/index.ts'
import { open } from '../cache/instance.ts'

const INVALID = { code: 'INVALID_ARGUMENT' }
const refused = expect.objectContaining(INVALID)

/** Text that a key may hold, with much of what means something in keys. */
const usable = fc
  .array(
    fc.oneof(
      fc.constantFrom(':', '%', '%3A', '%25', '@', '%@', '{', '}', '*', '?', ' ', '~'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''))
  .filter((text) => text !== '' && !/[\p{Cc}\p{Surrogate}]/u.test(text))

describe('a key shape', () => {
  const order = keyShape('orders', ['tenant', 'id'])

  it('makes keys of named parts, and takes them apart', () => {
    expect(order({ tenant: 'acme', id: 42 })).toBe('orders:acme:42')
    expect(order({ id: 'a:b', tenant: '50%' })).toBe('orders:50%25:a%3Ab')
    expect(order.parse('orders:50%25:a%3Ab')).toEqual({ tenant: '50%', id: 'a:b' })
    expect([order.prefix(), order.prefix('a:b')]).toEqual(['orders:', 'orders:a%3Ab:'])
  })

  it('gives back every part as it was', () => {
    fc.assert(
      fc.property(usable, usable, (tenant, id) => {
        const key = order({ tenant, id })
        expect(order.parse(key)).toEqual({ tenant, id })
        expect(key.startsWith(order.prefix(tenant))).toBe(true)
      }),
    )
  })

  it('makes no two keys alike, and takes nothing apart that it would not make', () => {
    fc.assert(
      fc.property(usable, usable, usable, usable, (a, b, c, d) => {
        expect(order({ tenant: a, id: b }) === order({ tenant: c, id: d })).toBe(a === c && b === d)
        for (const text of [`orders:${a}:${b}`, `orders:${a}`, a]) {
          const parts = order.parse(text)
          if (parts !== undefined) expect(order(parts)).toBe(text)
        }
      }),
    )
  })

  it.each([
    '',
    'orders',
    'orders:',
    'orders:a',
    'orders:a:',
    'orders::b',
    'orders:a:b:c',
    'other:a:b',
    'orders:a:50%',
    'orders:a:%3a',
    'orders:a:%41',
    'orders:a:b\n',
    'orders:a:\ud800',
    `orders:a:${'x'.repeat(1024)}`,
    null,
    5,
  ])('takes %j apart into nothing', (text) => {
    expect(order.parse(text as never)).toBeUndefined() // what types forbid
  })

  it.each([undefined, null, '', Number.NaN, Infinity, {}, [], Symbol('x'), 'a\nb', '\ud800', 'x'.repeat(1024)])(
    'refuses the part %s',
    (part) => {
      expect(() => order({ tenant: 'a', id: part as never })).toThrow(refused) // what types forbid
      if (typeof part !== 'string' || part === '') expect(() => order.prefix(part as never)).toThrow(refused) // as above
    },
  )

  it.each([
    ['no names', 'orders', []],
    ['a name twice', 'orders', ['a', 'a']],
    ['an empty name', 'orders', ['']],
    ['a name that is none', 'orders', [5]],
    ['no list of names', 'orders', 'ab'],
    ['a module that is none', 'my orders', ['a']],
    ['a module with a colon', 'a:b', ['a']],
  ])('is refused with %s', (_, module, names) => {
    expect(() => keyShape(module, names as never)).toThrow(refused) // what types forbid
  })

  it('has names like any, even those of objects', () => {
    const odd = keyShape('odd', ['__proto__', 'constructor', 'toString'])
    const parts = odd.parse('odd:a:b:c')
    expect(parts && Object.entries(parts)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
      ['toString', 'c'],
    ])
    expect(() => keyShape('odd', ['toString'])({} as never)).toThrow(refused) // what types forbid
  })

  it('has no prefix of all of its parts', () => {
    expect(() => order.prefix('a', 'b')).toThrow(/fewer than all 2 parts/)
  })

  it('is used wherever a key is, and what has its prefix is invalidated together', async () => {
    const { cache, invalidate } = open()
    const tenants = ['acme', 'a:b', 'a', '%', '%3A', 'b', '{b}']
    for (const tenant of tenants) await cache.set(order({ tenant, id: 1 }), tenant)
    expect(await cache.get(['orders', 'a:b', 1])).toBe('a:b')
    for (const [n, tenant] of tenants.entries()) {
      await invalidate({ prefix: order.prefix(tenant) })
      const left = await cache.getMany(tenants.map((each) => order({ tenant: each, id: 1 })))
      expect([...left.values()]).toEqual(tenants.slice(n + 1))
    }
  })
})

describe('a key as it lies in the backend', () => {
  it.each([
    ['shop:orders:42', { project: 'shop', module: 'orders', id: '42' }],
    ['shop:orders:a:b:c', { project: 'shop', module: 'orders', id: 'a:b:c' }],
    ['shop:orders:%3A', { project: 'shop', module: 'orders', id: '%3A' }],
    ['my-shop.v2:ord_ers:é漢😀', { project: 'my-shop.v2', module: 'ord_ers', id: 'é漢😀' }],
  ])('%s is one', (key, parts) => {
    expect(checkKey(key)).toEqual({ valid: true, ...parts })
  })

  it.each([
    ['', /three parts/],
    ['orders', /three parts/],
    ['shop:orders', /three parts/],
    ['shop:orders:', /three parts/],
    [':orders:1', /^app is ""/],
    ['shop::1', /^namespace is ""/],
    ['my shop:orders:1', /^app is "my shop"/],
    ['shop:my orders:1', /^namespace is "my orders"/],
    ['shop:-orders:1', /^namespace is "-orders"/],
    [`${'x'.repeat(65)}:orders:1`, /^app is "x+"; expected 1 to 64/],
    ['shop:orders:a\nb', /control characters/],
    ['shop:orders:\ud800', /lone surrogates/],
    [`shop:orders:${'x'.repeat(1024)}`, /at most 1024 characters/],
    ['{shop}:orders:1', /^app is "\{shop\}"/],
    [null, /three parts/],
    [5, /three parts/],
  ])('%j is none, and is told why', (key, problem) => {
    expect(checkKey(key as never)).toEqual({ valid: false, problem: expect.stringMatching(problem) }) // what types forbid
  })

  it('is what every shape makes, behind the app', () => {
    const shape = keyShape('orders', ['a', 'b'])
    fc.assert(
      fc.property(usable, usable, (a, b) => {
        expect(checkKey(`shop:${shape({ a, b })}`)).toMatchObject({ valid: true, module: 'orders' })
      }),
    )
  })
})

describe('a short part', () => {
  it('is the text itself where that is short', () => {
    for (const text of ['', 'a', 'x'.repeat(100), '漢'.repeat(100), 'a~b']) expect(shortPart(text)).toBe(text)
  })

  it('is the beginning and a digest where it is long, and never longer than asked for', () => {
    const part = shortPart(`https://example.org/${'x'.repeat(200)}`)
    expect(part).toMatch(/^https:\/\/example\.org\/x{57}~[\w-]{22}$/)
    expect(part).toHaveLength(100)
    expect(shortPart('x'.repeat(33), 32)).toHaveLength(32)
  })

  const longest = 32
  const digested = fc.string({ unit: 'binary', minLength: longest + 1, maxLength: 60 })
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    digested,
    // What others would choose to meet it.
    digested.map((text) => shortPart(text, longest)),
    digested.map((text) => shortPart(shortPart(text, longest), longest)),
    fc.constantFrom(
      'x'.repeat(40) + '\ud800',
      'x'.repeat(40) + '\ud801',
      'x'.repeat(40) + '\udfff',
      'x'.repeat(40) + '\ufffd',
    ),
  )

  it('is never that of another text, even one that was made to look like it', () => {
    fc.assert(
      fc.property(any, any, (one, two) => (shortPart(one, longest) === shortPart(two, longest)) === (one === two)),
      { numRuns: 3000 },
    )
    const long = 'x'.repeat(200)
    expect(shortPart(shortPart(long))).not.toBe(shortPart(long))
    expect(shortPart(`${long}\ud800`)).not.toBe(shortPart(`${long}\ud801`))
  })

  it('of a long text can be a part of a key, whatever the text holds', () => {
    fc.assert(
      fc.property(digested, (text) => {
        const part = shortPart(text, longest)
        expect(part.length).toBeLessThanOrEqual(longest)
        expect(part).not.toMatch(/[\p{Cc}\p{Surrogate}]/u)
        expect(keyShape('m', ['a']).parse(keyShape('m', ['a'])({ a: part }))).toEqual({ a: part })
      }),
    )
    for (const n of [75, 76, 77, 78])
      expect(shortPart(`${'x'.repeat(n)}${'😀'.repeat(60)}`)).not.toMatch(/\p{Surrogate}/u)
  })

  it.each([31, 0, -1, 32.5, Number.NaN, Infinity, '50'])('refuses %s as the most', (most) => {
    expect(() => shortPart('text', most as never)).toThrow(refused) // what types forbid
  })

  it('refuses what is no text', () => {
    expect(() => shortPart(null as never)).toThrow(refused) // what types forbid
  })
})

describe('lifetimes', () => {
  it.each([
    ['realtime', 30_000, 60_000],
    ['recent', 300_000, 900_000],
    ['reference', 1_800_000, 3_600_000],
    ['historical', 3_600_000, 14_400_000],
    ['static', 86_400_000, 86_400_000],
  ] as const)('%s is between both ends, and reaches both', async (name, least, most) => {
    for (const [random, expected] of [
      [() => 0, most],
      [() => 1 - 2 ** -53, least],
    ] as const) {
      const { cache } = open({ random, namespaces: { menu: lifetimes[name] } })
      await cache.set('menu:set', 1)
      await cache.getOrSet('menu:loaded', () => 1)
      expect(await cache.ttl('menu:set')).toMatchObject({ fresh: expected })
      expect(await cache.ttl('menu:loaded')).toMatchObject({ fresh: expected })
    }
    const { cache } = open()
    const dish = cache.define('dish', { key: (id: number) => id, ...lifetimes[name] }, (id) => id)
    const lives = await Promise.all(
      Array.from({ length: 50 }, async (_, id) => (await dish(id), (await cache.ttl(`dish:${id}`))?.fresh ?? 0)),
    )
    for (const life of lives) expect(life >= least && life <= most).toBe(true)
    if (least < most) expect(new Set(lives).size).toBeGreaterThan(25)
  })
})
