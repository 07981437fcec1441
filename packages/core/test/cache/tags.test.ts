import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, open, type Watched } from './instance.ts'

const words = (count: number): string[] => Array.from({ length: count }, (_, n) => `tag-${n}`)

/** Invalidates a tag and tells whether that hit the entry. */
async function isHitBy({ cache, invalidate }: Watched, key: string, tag: string): Promise<boolean> {
  const before = await cache.get(key)
  expect(before).toBeDefined()
  await invalidate({ tags: [tag] })
  return (await cache.get(key)) === undefined
}

describe('an entry has the tags', () => {
  it('of the call, of its value and of its loader, and no others', async () => {
    const instance = open()
    const { cache } = instance
    const [plain, derived, added] = ['menu:1', 'menu:2', 'menu:3']
    const write = async (): Promise<void> => {
      await cache.getOrSet(plain, () => 'soup', { tags: ['given'] })
      await cache.getOrSet(derived, () => ({ category: 5 }), { tags: ({ category }) => [`category:${category}`] })
      await cache.getOrSet(added, (ctx) => {
        ctx.tags('first', 'second')
        ctx.tags('third')
        return 'soup'
      })
    }
    await write()
    expect(await isHitBy(instance, plain, 'derived')).toBe(false)
    expect(await isHitBy(instance, plain, 'given')).toBe(true)
    expect(await isHitBy(instance, derived, 'category:6')).toBe(false)
    expect(await isHitBy(instance, derived, 'category:5')).toBe(true)
    for (const tag of ['first', 'second', 'third']) {
      expect(await isHitBy(instance, added, tag)).toBe(true)
      await write()
    }
  })

  it('of set', async () => {
    const instance = open()
    await instance.cache.set('menu:1', 'soup', { tags: ['a', 'b', 'a'] })
    expect(await isHitBy(instance, 'menu:1', 'b')).toBe(true)
  })

  it('of its definition: declared, of the arguments, and of value and arguments', async () => {
    const instance = open()
    const { cache } = instance
    cache.define(
      'plain',
      { key: (id: number) => id, tags: ['declared'], argumentTags: (id) => [`argument:${id}`] },
      (id) => id,
    )
    const dish = cache.define(
      'menu',
      {
        key: (id: number, _language: string) => id,
        tags: (value: string, id, language) => [`v:${value}`, `a:${id}`, language],
        argumentTags: (id) => [`early:${id}`],
      },
      (id, language) => `${id}${language}`,
    )
    for (const tag of ['v:7sv', 'a:7', 'sv', 'early:7']) {
      await dish(7, 'sv')
      expect(await isHitBy(instance, 'menu:7', tag)).toBe(true)
    }
    await dish(7, 'sv')
    expect(await isHitBy(instance, 'menu:7', 'declared')).toBe(false)
  })

  it('in the backend, so that an instance that never loaded it hits it', async () => {
    const backend = memory()
    const one = open({ backend })
    await one.cache.getOrSet('menu:1', () => 'soup', { tags: ['soups'] })
    const two = open({ backend, clock: one.clock })
    await two.invalidate({ tags: ['soups'] })
    const three = open({ backend, clock: one.clock })
    expect(await three.cache.get('menu:1')).toBeUndefined()
    expect(three.of('cache.miss')).toMatchObject([{ reason: 'invalidated' }])
  })

  it.each(['räksmörgås', '🦐', 'a b:c,d*', 'x'.repeat(256), '__proto__', 'p:menu:'])(
    '%s, whatever is in it',
    async (tag) => {
      const backend = memory()
      const one = open({ backend })
      await one.cache.set('menu:1', 'soup', { tags: [tag] })
      const two = open({ backend, clock: one.clock })
      expect(await isHitBy(two, 'menu:1', tag)).toBe(true)
    },
  )
})

describe('64 tags', () => {
  it('are stored, and every one of them hits', async () => {
    const backend = memory()
    const one = open({ backend })
    await one.cache.getOrSet('menu:1', () => 'soup', { tags: words(64) })
    expect(one.of('cache.write')).toMatchObject([{ outcome: 'stored' }])
    const two = open({ backend, clock: one.clock })
    expect(await two.cache.get('menu:1')).toBe('soup')
    expect(await isHitBy(two, 'menu:1', 'tag-63')).toBe(true)
  })

  it('may be 64 that are meant twice', async () => {
    const { cache, of } = open()
    await cache.getOrSet('menu:1', () => 'soup', { tags: [...words(64), ...words(64)] })
    expect(of('cache.write')).toMatchObject([{ outcome: 'stored' }])
  })
})

describe('65 tags', () => {
  it('are not stored, with an event that says so, but the value is returned', async () => {
    const { cache, of } = open()
    const load = counter()
    expect(await cache.getOrSet('menu:1', load, { tags: words(65) })).toBe(1)
    expect(await cache.get('menu:1')).toBeUndefined()
    expect(await cache.getOrSet('menu:1', load, { tags: words(65) })).toBe(2)
    expect(of('cache.write')[0]).toMatchObject({
      outcome: 'too-many-tags',
      error: { code: 'TOO_MANY_TAGS', message: expect.stringMatching(/^the entry has 65 tags .*at most 64/) },
    })
    expect(cache.stats().namespaces['menu']).toMatchObject({ unstored: 2, writes: 0 })
  })

  it('are refused by set, which changes nothing', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'old')
    await expect(cache.set('menu:1', 'new', { tags: words(65) })).rejects.toMatchObject({
      code: 'TOO_MANY_TAGS',
      message: expect.stringMatching(/65 tags; at most 64/),
    })
    expect(await cache.get('menu:1')).toBe('old')
  })

  it('of nested loads together are stored: only those of its own are counted', async () => {
    const { cache, invalidate } = open()
    const part = (n: number): Promise<number> =>
      cache.getOrSet(['part', n], () => n, { tags: words(50).map((word) => `${n}-${word}`) })
    await cache.getOrSet('menu:1', () => Promise.all([part(1), part(2), part(3)]))
    expect(await cache.get('menu:1')).toEqual([1, 2, 3])
    await invalidate({ tags: ['3-tag-49'] })
    expect(await cache.get('menu:1')).toBeUndefined()
  })
})

describe('one invalidation', () => {
  it('hits everything that it names at one moment, in one event', async () => {
    const { cache, invalidate, of } = open()
    for (const key of ['menu:1', 'menu:2', 'orders:1:a', 'orders:2:a', 'users:1'])
      await cache.set(key, key, { tags: [`tag of ${key}`] })
    expect(
      await invalidate({ tags: ['tag of menu:1'], keys: ['menu:2'], prefix: 'orders:1:', namespace: 'users' }),
    ).toEqual({ reached: 'all' })
    const left = await Promise.all(
      ['menu:1', 'menu:2', 'orders:1:a', 'orders:2:a', 'users:1'].map((key) => cache.get(key)),
    )
    expect(left).toEqual([undefined, undefined, undefined, 'orders:2:a', undefined])
    expect(of('cache.invalidate').at(-1)?.names).toEqual(['t:tag of menu:1', 'k:menu:2', 'p:users:', 'p:orders:1:'])
  })

  it('takes thousands of names', async () => {
    const { cache, invalidate } = open()
    await cache.set('menu:1', 'soup', { tags: ['tag-4999'] })
    expect(await invalidate({ tags: words(5000) })).toEqual({ reached: 'all' })
    expect(await cache.get('menu:1')).toBeUndefined()
  })

  it('by a prefix of eight parts hits what is below, and by seven as well', async () => {
    const { cache, invalidate } = open()
    const deep = 'a:b:c:d:e:f:g:h:i:j'
    for (const prefix of ['a:b:c:d:e:f:g:h:', 'a:b:c:d:e:f:g:']) {
      await cache.set(deep, 1)
      await cache.set('a:b:c:d:e:f:x:h:i', 2)
      await invalidate({ prefix })
      expect([await cache.get(deep), await cache.get('a:b:c:d:e:f:x:h:i')]).toEqual([undefined, 2])
    }
  })
})
