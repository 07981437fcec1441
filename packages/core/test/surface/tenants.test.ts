import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type InvalidationTarget, type Keyed, keyShape } from '../../src/index.ts'
import { counter, open } from '../cache/instance.ts'

const loadOne = (): number => 1
const INVALID = { code: 'INVALID_ARGUMENT' }

/** Text of which tenants, keys and tags might be made by somebody who wants to reach another one. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ':',
        '@',
        '%',
        '%@',
        '%3A',
        '%25',
        '@a',
        '%@a',
        'a',
        'b',
        'menu',
        'default',
        '{',
        '}',
        '*',
        ' ',
        'é',
        'e\u0301',
        '😀',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((parts) => parts.join('').slice(0, 20))
  .filter((text) => text !== '' && !/[\p{Cc}\p{Surrogate}]/u.test(text))

type Places = Keyed & { namespace(name: string): Keyed }

/** Every way to name an entry by one text, as it is stored or a part of what is. */
const places: readonly ((keyed: Places, text: string) => readonly [Keyed, string | readonly string[]])[] = [
  (keyed, text) => [keyed, [text]],
  (keyed, text) => [keyed, ['menu', text]],
  (keyed, text) => [keyed.namespace('menu'), [text]],
  (keyed, text) => [keyed.namespace('menu'), ['a', text]],
  (keyed, text) => [keyed.namespace('menu'), [text, 'a']],
  (keyed, text) => [keyed.namespace('menu'), text],
  (keyed, text) => [keyed, `menu:${text}`],
]

describe('tenants', () => {
  it('have entries of their own under the same keys', async () => {
    const { cache } = open()
    const [a, b] = [cache.tenant('a'), cache.tenant('b')]
    await Promise.all([cache.set('menu:1', 'all'), a.set('menu:1', 'a'), b.namespace('menu').set(1, 'b')])
    expect([await cache.get('menu:1'), await a.get('menu:1'), await b.get('menu:1')]).toEqual(['all', 'a', 'b'])
    await a.delete('menu:1')
    expect([await cache.get('menu:1'), await a.get('menu:1'), await b.get('menu:1')]).toEqual(['all', undefined, 'b'])
    expect([a.id, b.id]).toEqual(['a', 'b'])
  })

  it('are the same one when they are asked for twice', async () => {
    const { cache } = open()
    await cache.tenant('a').set('menu:1', 1)
    expect(await cache.tenant('a').namespace('menu').get(1)).toBe(1)
    expect(cache.tenant('a').peek('menu:1')).toMatchObject({ value: 1 })
  })

  it('have all that keys have', async () => {
    const { cache } = open()
    const a = cache.tenant('a')
    for (const keyed of [a, a.namespace('menu')]) {
      await keyed.setMany([
        ['menu:1', 1],
        [['menu', 'b:c'], 2],
      ])
      expect([...(await keyed.getMany(['menu:1', 'menu:none'])).entries()]).toEqual([['menu:1', 1]])
      expect(await keyed.has(['menu', 'b:c'])).toBe(true)
      expect(await keyed.touch('menu:1', { ttl: '1m' })).toBe(true)
      expect(await keyed.ttl('menu:1')).toMatchObject({ fresh: 60_000 })
      expect(await keyed.delete('menu:1')).toEqual({ reached: 'all' })
      expect(keyed.peek('menu:1')).toEqual({ hit: false })
    }
  })

  it('keep the settings and counters of a namespace', async () => {
    const { cache } = open({ namespaces: { menu: { ttl: '7s' } } })
    await cache.tenant('a').getOrSet('menu:1', () => 1)
    expect(await cache.tenant('a').ttl('menu:1')).toMatchObject({ fresh: 7000 })
    expect(Object.keys(cache.stats().namespaces)).toEqual(['menu'])
  })

  it('never meet: no key of one names an entry of another, nor of nobody', async () => {
    const ids = fc.uniqueArray(hostile, { minLength: 2, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(ids, fc.array(hostile, { minLength: 1, maxLength: 3 }), async (tenants, texts) => {
        const { cache } = open()
        const everybody: readonly (readonly [string, Places])[] = [
          ['nobody', cache],
          ...tenants.map((id) => [`of ${id}`, cache.tenant(id)] as const),
        ]
        const entries = everybody.flatMap(([who, keyed]) =>
          texts
            .flatMap((text) => places.map((place) => place(keyed, text)))
            // One text that is a whole key is whatever it spells: nothing, or with `%@` a tenant's.
            .filter(
              ([, key]) => typeof key !== 'string' || !(key.endsWith(':') || (who === 'nobody' && key.includes('%@'))),
            )
            .map(([where, key]) => ({ who, where, key })),
        )
        for (const { who, where, key } of entries) {
          // If it is there, then its own under another spelling.
          expect([who, undefined]).toContain(await where.get(key))
          await where.set(key, who)
        }
        for (const { who, where, key } of entries) expect(await where.get(key)).toBe(who)
      }),
      { numRuns: 50 },
    )
  }, 60_000)

  it('never hit each other: no tag, key, prefix or namespace of one invalidates an entry of another', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(hostile, { minLength: 2, maxLength: 2 }),
        hostile,
        hostile,
        async ([mine = '', yours = ''], tag, part) => {
          const { cache } = open()
          const [me, you] = [cache.tenant(mine), cache.tenant(yours)]
          const reset = async (): Promise<void> => {
            for (const keyed of [me, you]) await keyed.set(['menu', part, 1], 'kept', { tags: [tag] })
            // Tags that spell a tenant's are theirs.
            await cache.set(['menu', part, 1], 'kept', { tags: tag.startsWith('%@') ? [] : [tag] })
          }
          const targets: readonly InvalidationTarget[] = [
            { tags: [tag] },
            { keys: [['menu', part, 1]] },
            { prefix: ['menu', part] },
            { prefixes: [['menu', part]] },
            { prefix: 'menu:' },
            { namespace: 'menu' },
            { namespaces: ['menu'], tags: [tag] },
          ]
          for (const target of targets) {
            await reset()
            await me.invalidate(target)
            expect(me.peek(['menu', part, 1])).toEqual({ hit: false })
            expect(you.peek(['menu', part, 1])).toMatchObject({ value: 'kept' })
            expect(cache.peek(['menu', part, 1])).toMatchObject({ value: 'kept' })
          }
          await reset()
          await me.clear()
          expect(me.peek(['menu', part, 1])).toEqual({ hit: false })
          expect(you.peek(['menu', part, 1])).toMatchObject({ value: 'kept' })
          expect(cache.peek(['menu', part, 1])).toMatchObject({ value: 'kept' })
        },
      ),
      { numRuns: 50 },
    )
  }, 60_000)

  it('are spelt by no part of a key, and by no key shape', async () => {
    const { cache } = open()
    await cache.tenant('a').set('menu:1', 'theirs')
    const shape = keyShape('menu', ['who', 'id'])
    for (const who of ['a', '@a', '%@a', '%40a', '@a:', '%@a:']) {
      expect(await cache.get(['menu', who, 1])).toBeUndefined()
      expect(await cache.get(shape({ who, id: 1 }))).toBeUndefined()
      expect(await cache.tenant('b').get(['menu', who, 1])).toBeUndefined()
      expect(await cache.tenant('b').get(`menu:${who}:1`)).toBeUndefined()
    }
  })

  it('may be called anything that differs', async () => {
    const { cache } = open()
    const ids = [
      'a',
      'a:b',
      'a%3Ab',
      'a%',
      '%',
      '@',
      '%@a',
      'A',
      'é',
      'e\u0301',
      ' ',
      'constructor',
      '__proto__',
      '😀'.repeat(32),
    ]
    for (const id of ids) await cache.tenant(id).set('menu:1', id, { tags: ['t'] })
    for (const id of ids) expect(await cache.tenant(id).get('menu:1')).toBe(id)
    await cache.tenant('a').invalidate({ tags: ['t'] })
    expect(await cache.tenant('a').get('menu:1')).toBeUndefined()
    for (const id of ids.slice(1)) expect(await cache.tenant(id).get('menu:1')).toBe(id)
  })

  it('tag what they load for themselves: options, what follows from the value, and the context', async () => {
    const { cache, invalidate } = open()
    const [a, b] = [cache.tenant('a'), cache.tenant('b')]
    const load = counter()
    const read = (): Promise<number> =>
      a.getOrSet('menu:1', (context) => (context.tags('inside'), load()), { tags: (value) => [`v${value}`] })
    await read()
    await a.getOrSet('menu:2', () => 1, { tags: ['listed'] })
    for (const tag of ['inside', 'v1', 'listed']) {
      await invalidate({ tags: [tag] })
      await b.invalidate({ tags: [tag] })
    }
    expect([await read(), a.peek('menu:2').hit]).toEqual([1, true])
    await a.invalidate({ tags: ['inside'] })
    expect(await read()).toBe(2)
    await a.invalidate({ tags: ['v2'] })
    expect(await read()).toBe(3)
    await a.namespace('menu').getOrSet('2', () => 1)
    await a.invalidate({ tags: ['listed'] })
    expect(a.peek('menu:2').hit).toBe(false)
  })

  it('give loaders the rest of their context as it is', async () => {
    const { cache, clock } = open({ maxStaleness: '1h' })
    const a = cache.tenant('a')
    await a.getOrSet('menu:1', (context) => (context.ttl('2s'), context.stale('1h'), 'first'))
    expect(await a.ttl('menu:1')).toEqual({ fresh: 2000, stale: 3_602_000 })
    clock.advance(3000)
    const seen: unknown[] = []
    const options = { staleWhileRevalidate: false }
    await a.getOrSet(
      'menu:1',
      (context) => (seen.push(context.previous?.value, context.path), context.noStore(), 'second'),
      options,
    )
    expect(seen).toEqual(['first', 'menu:%@a:1'])
  })

  it('clear what they have alone, while it is loaded too', async () => {
    const { cache } = open()
    const [a, b] = [cache.tenant('a'), cache.tenant('b')]
    for (const keyed of [a, b, cache]) await keyed.set('menu:1', 'old')
    await a.setMany([['other:1', 'old']])
    expect(await a.clear()).toEqual({ reached: 'all' })
    expect([a.peek('menu:1').hit, a.peek('other:1').hit, b.peek('menu:1').hit, cache.peek('menu:1').hit]).toEqual([
      false,
      false,
      true,
      true,
    ])
    await a.getOrSet('menu:1', async () => (await a.clear(), 'old'))
    expect(a.peek('menu:1')).toEqual({ hit: false })
  })

  it("are all hit by a whole namespace's invalidation, and by clear", async () => {
    const { cache, invalidate } = open()
    const hits: readonly (() => Promise<unknown>)[] = [
      () => invalidate({ namespace: 'menu' }),
      () => invalidate({ prefix: 'menu:' }),
      () => cache.clear(),
    ]
    for (const hit of hits) {
      await cache.tenant('a').set('menu:1', 1)
      await hit()
      expect(cache.tenant('a').peek('menu:1')).toEqual({ hit: false })
    }
  })

  it.each(['', 'x'.repeat(65), 'a\nb', '\u0085', '\ud800', 5, null, undefined, {}, ['a']])('refuse the id %j', (id) => {
    const { cache } = open()
    expect(() => cache.tenant(id as never)).toThrow(expect.objectContaining(INVALID)) // what types forbid
  })

  it.each(['', 'menu:%@b', 'menu:', 'menu:@b', 'my menu', null, 5])('refuse the namespace %j', async (name) => {
    const { cache } = open()
    expect(() => cache.tenant('a').namespace(name as never)).toThrow(expect.objectContaining(INVALID)) // as above
  })

  it.each([
    ['nothing', null],
    ['an empty target', {}],
    ['an empty tag, which all of the tenant has', { tags: [''] }],
    ['a tag that is none', { tags: [5] }],
    ['nothing as a tag', { tags: [null] }],
    ['tags that are no list', { tags: 'soups' }],
    ['keys that are no list', { keys: 'menu:1' }],
    ['an empty key', { keys: [''] }],
    ['nothing as a key', { keys: [null] }],
    ['an empty namespace as a key', { keys: ['menu:'] }],
    ['a namespace that is none', { namespace: 'menu:x' }],
    ['an empty prefix', { prefix: '' }],
    ['a prefix without an end', { prefix: 'menu:1' }],
    ['a number as a prefix', { prefix: 5 }],
    ['an empty list as a prefix', { prefix: [] }],
    ['a prefix without a namespace', { prefix: ':' }],
    ['a prefix that is too deep', { prefix: 'menu:a:b:c:d:e:f:g:' }],
    ['prefixes that are no list', { prefixes: 'menu:' }],
    ['what is not known', { tags: ['x'], match: '*' }],
  ])('refuse to invalidate %s, and invalidate nothing', async (_, target) => {
    const { cache } = open()
    const a = cache.tenant('a')
    await a.set('menu:1', 'kept', { tags: ['x'] })
    await expect(a.invalidate(target as never)).rejects.toMatchObject(INVALID) // what types forbid
    expect(a.peek('menu:1')).toMatchObject({ value: 'kept' })
  })

  it.each([
    ['an empty key', '', loadOne, {}],
    ['a key that is only a namespace', 'menu:', loadOne, {}],
    ['a key that is none', null, loadOne, {}],
    ['no loader', 'menu:1', null, {}],
    ['no options', 'menu:1', loadOne, null],
    ['tags that are no list', 'menu:1', loadOne, { tags: 'soups' }],
    ['an empty tag', 'menu:1', loadOne, { tags: [''] }],
    ['tags of a value that are no list', 'menu:1', loadOne, { tags: () => 'soups' }],
    ['a tag that is too long behind the tenant', 'menu:1', loadOne, { tags: ['x'.repeat(256)] }],
  ])('reject %s', async (_, key, load, options) => {
    const { cache } = open()
    for (const keyed of [cache.tenant('a'), cache.tenant('a').namespace('menu')]) {
      // A key like any inside a namespace.
      if (key === 'menu:' && !('id' in keyed)) continue
      await expect(keyed.getOrSet(key as never, load as never, options as never)).rejects.toMatchObject(INVALID) // what types forbid
    }
  })

  it.each([null, { tags: 'soups' }, { tags: [''] }])('reject set with the options %j', async (options) => {
    const { cache } = open()
    const a = cache.tenant('a')
    await expect(a.set('menu:1', 1, options as never)).rejects.toMatchObject(INVALID) // what types forbid
    await expect(a.setMany([['menu:1', 1]], options as never)).rejects.toMatchObject(INVALID) // as above
  })

  it('do nothing after the end', async () => {
    const { cache, close } = open()
    const a = cache.tenant('a')
    await close()
    for (const act of [
      () => a.get('menu:1'),
      () => a.clear(),
      () => a.invalidate({ tags: ['x'] }),
      () => a.set('menu:1', 1),
    ])
      await expect(act()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
