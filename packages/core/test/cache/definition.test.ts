import { describe, expect, it } from 'vitest'
import { counter, open } from './instance.ts'

describe('a definition', () => {
  it('is called like its loader, which gets the arguments and a context', async () => {
    const { cache } = open()
    const calls: unknown[] = []
    const dish = cache.define(
      'menu',
      { key: (id: number, language: string) => [id, language] },
      (id, language, { path }) => {
        calls.push([id, language, path])
        return `${id} in ${language}`
      },
    )
    expect(await dish(42, 'sv')).toBe('42 in sv')
    expect(await dish(42, 'sv')).toBe('42 in sv')
    expect(await dish(42, 'en')).toBe('42 in en')
    expect(calls).toEqual([
      [42, 'sv', 'menu:42:sv'],
      [42, 'en', 'menu:42:en'],
    ])
  })

  it('may have further parts in its name', async () => {
    const { cache, invalidate } = open()
    const dish = cache.define('menu:dish', { key: (id: number) => id }, (id) => id)
    expect(dish.keyOf(42)).toBe('menu:dish:42')
    await dish(42)
    expect(await cache.get('menu:dish:42')).toBe(42)
    await invalidate({ namespace: 'menu' })
    expect(await cache.get('menu:dish:42')).toBeUndefined()
  })

  it('invalidates the entry of its arguments', async () => {
    const { cache } = open()
    const load = counter()
    const dish = cache.define('menu', { key: (id: number) => id }, load)
    expect([await dish(1), await dish(2)]).toEqual([1, 2])
    expect(await dish.invalidate(1)).toEqual({ reached: 'all' })
    expect([await dish(1), await dish(2)]).toEqual([3, 2])
  })

  it('takes its lifetime from its own options, then from its namespace', async () => {
    const { cache, clock } = open({ namespaces: { menu: { ttl: '10s', stale: '1h', staleWhileRevalidate: false } } })
    const load = counter()
    const own = cache.define('menu:own', { key: () => 1, ttl: '20s' }, load)
    const usual = cache.define('menu:usual', { key: () => 1 }, load)
    expect([await own(), await usual()]).toEqual([1, 2])
    await clock.advanceAsync(10_000)
    expect([await own(), await usual()]).toEqual([1, 3])
    await clock.advanceAsync(10_000)
    expect(await own()).toBe(4)
  })

  it('keeps its options as they were when it was made', async () => {
    const { cache, invalidate } = open()
    const tags = ['soups']
    const dish = cache.define('menu', { key: () => 1, tags }, counter())
    tags.push('later')
    tags[0] = 'changed'
    await dish()
    await invalidate({ tags: ['changed', 'later'] })
    expect(await dish()).toBe(1)
    await invalidate({ tags: ['soups'] })
    expect(await dish()).toBe(2)
  })

  it('refuses a key that its function made of its arguments, and loads nothing', async () => {
    const { cache } = open()
    const load = counter()
    const dish = cache.define('menu', { key: (id: number) => id }, load)
    await expect(dish(Number.NaN)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^key is NaN/),
    })
    await expect(dish.invalidate(Number.NaN)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(() => dish.keyOf(Number.NaN)).toThrow(/^key is NaN/)
    expect(load.calls).toBe(0)
  })

  it('of a name may be made once for each instance', () => {
    const [one, two] = [open(), open()]
    for (const { cache } of [one, two]) cache.define('menu', { key: () => 1 }, counter())
    expect(() => one.cache.define('menu', { key: () => 1 }, counter())).toThrow(
      /^the name of a definition is "menu"; expected one that this instance has not used yet/,
    )
    one.cache.define('menu:dish', { key: () => 1 }, counter())
  })

  it('of a name may be made again with `redefine`: each has a loader of its own, over the same entries', async () => {
    const { cache } = open({ redefine: true })
    const older = cache.define('menu', { key: (id: number) => id }, (id) => `older ${id}`)
    const newer = cache.define('menu', { key: (id: number) => id }, (id) => `newer ${id}`)
    expect([await older(1), await newer(1)]).toEqual(['older 1', 'older 1'])
    expect([await newer(2), await older(2)]).toEqual(['newer 2', 'newer 2'])
    await older.invalidate(2)
    await newer.invalidate(1)
    expect([await older(2), await newer(1)]).toEqual(['older 2', 'newer 1'])
  })

  it('that was refused leaves its name free', () => {
    const { cache } = open()
    expect(() => cache.define('menu', { key: () => 1, ttl: 0 }, counter())).toThrow(/^ttl is 0/)
    cache.define('menu', { key: () => 1 }, counter())
  })
})
