import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, gate, open } from './instance.ts'

describe('a value made of others', () => {
  it.each([
    ['a tag', { tags: ['soups'] }],
    ['a tag that follows from its value', { tags: ['of the value'] }],
    ['a tag that its loader added', { tags: ['of the loader'] }],
    ['the key', { keys: ['dish:1'] }],
    ['the namespace', { namespace: 'dish' }],
    ['a prefix', { prefix: 'dish:' }],
  ])('is gone with %s of a part', async (_, target) => {
    const { cache, invalidate } = open()
    const [parts, wholes] = [counter(), counter()]
    const part = cache.define(
      'dish',
      { key: (id: number) => id, tags: () => ['of the value'], argumentTags: () => ['soups'] },
      (_id, ctx) => {
        ctx.tags('of the loader')
        return parts()
      },
    )
    const whole = (): Promise<string> => cache.getOrSet('menu:today', async () => `${wholes()} with ${await part(1)}`)
    expect(await whole()).toBe('1 with 1')
    expect(await whole()).toBe('1 with 1')
    await invalidate(target)
    expect(await whole()).toBe('2 with 2')
  })

  it('is gone with a part that was already in memory, or in the backend', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.getOrSet('dish:1', () => 'soup', { tags: ['soups'] })
    for (const { cache, invalidate } of [one, two]) {
      await cache.getOrSet('dish:1', () => 'soup', { tags: ['soups'] })
      await cache.getOrSet('menu:today', async () => [await cache.get('dish:1')])
      await invalidate({ tags: ['soups'] })
      expect(await cache.get('menu:today')).toBeUndefined()
    }
  })

  it('is gone on an instance that only ever read the whole', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.getOrSet('menu:today', () => one.cache.getOrSet('dish:1', () => 'soup', { tags: ['soups'] }))
    expect(await two.cache.get('menu:today')).toBe('soup')
    await two.invalidate({ tags: ['soups'] })
    expect(await two.cache.get('menu:today')).toBeUndefined()
  })

  it('is gone through any number of levels', async () => {
    const { cache, invalidate } = open()
    const level = (n: number): Promise<string> =>
      cache.getOrSet(['level', n], async () => (n === 0 ? 'ground' : `${await level(n - 1)}+`), {
        tags: [`level-${n}`],
      })
    expect(await level(5)).toBe('ground+++++')
    await invalidate({ tags: ['level-0'] })
    expect(await cache.get('level:5')).toBeUndefined()
  })

  it('is gone when a part changes that was read by get, or that was not there', async () => {
    const { cache } = open()
    await cache.set('dish:1', 'soup')
    const menu = (): Promise<unknown> =>
      cache.getOrSet('menu:today', async () => [await cache.get('dish:1'), await cache.get('dish:2')])
    expect(await menu()).toEqual(['soup', undefined])
    await cache.set('dish:2', 'bread')
    expect(await menu()).toEqual(['soup', 'bread'])
    await cache.delete('dish:1')
    expect(await menu()).toEqual([undefined, 'bread'])
  })

  it('is not kept when a part was invalidated while it was being made', async () => {
    const { cache, clock, invalidate } = open()
    const step = gate()
    const read = cache.getOrSet('menu:today', async () => {
      const dish = await cache.getOrSet('dish:1', () => 'old', { tags: ['soups'] })
      await step.promise
      return dish
    })
    await clock.advanceAsync(1)
    await invalidate({ tags: ['soups'] })
    step.pass()
    expect(await read).toBe('old')
    expect(await cache.get('menu:today')).toBeUndefined()
  })

  it('is as old as a stale part: an invalidation that the part has not seen hits the whole as well', async () => {
    const { cache, clock, invalidate } = open()
    const dish = { value: 'old' }
    const part = (): Promise<string> => cache.getOrSet('dish:1', () => dish.value, { tags: ['soups'] })
    await part()
    await invalidate({ tags: ['soups'] }, { strategy: 'lazy' })
    dish.value = 'new'
    const whole = (): Promise<string> => cache.getOrSet('menu:today', async () => `menu with ${await part()}`)
    expect(await whole()).toBe('menu with old')
    await clock.advanceAsync(1)
    await whole()
    await clock.advanceAsync(1)
    expect(await whole()).toBe('menu with new')
  })

  it('does not hand its parts to what is loaded beside it', async () => {
    const { cache, clock, invalidate } = open()
    const step = gate()
    const slow = cache.getOrSet('menu:slow', async () => {
      await step.promise
      return 'slow'
    })
    await cache.getOrSet('menu:today', () => cache.getOrSet('dish:1', () => 'soup', { tags: ['soups'] }))
    step.pass()
    await slow
    await clock.advanceAsync(0)
    await invalidate({ tags: ['soups'] })
    expect(await cache.get('menu:slow')).toBe('slow')
    expect(await cache.get('menu:today')).toBeUndefined()
  })

  it('of parts of another instance takes nothing over from them', async () => {
    const [inner, outer] = [open(), open()]
    await outer.cache.getOrSet('menu:today', () => inner.cache.getOrSet('dish:1', () => 'soup', { tags: ['soups'] }))
    await outer.invalidate({ tags: ['soups'] })
    expect(await outer.cache.get('menu:today')).toBe('soup')
  })
})

describe('loaders that wait for each other', () => {
  const cycle = (path: string, other: string): unknown =>
    expect.objectContaining({
      code: 'LOAD_CYCLE',
      message: expect.stringMatching(new RegExp(`^the loader of "${path}" waits for "${other}", .*neither can end$`)),
    })

  it('in a circle of one are told', async () => {
    const { cache } = open()
    const self = (): Promise<unknown> => cache.getOrSet('menu:1', self)
    await expect(self()).rejects.toEqual(cycle('menu:1', 'menu:1'))
  })

  it('in a circle of two are told', async () => {
    const { cache } = open()
    const one = (): Promise<unknown> => cache.getOrSet('menu:1', two)
    const two = (): Promise<unknown> => cache.getOrSet('menu:2', one)
    await expect(one()).rejects.toEqual(cycle('menu:2', 'menu:1'))
  })

  it('in a circle of three are told, wherever it is entered', async () => {
    const { cache } = open()
    const names = ['menu:0', 'menu:1', 'menu:2']
    const read = (n: number): Promise<unknown> => cache.getOrSet(names[n % 3] ?? '', () => read(n + 1))
    const outcomes = await Promise.allSettled([read(0), read(1), read(2)])
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'LOAD_CYCLE' } })
  })

  it('may catch it and go on', async () => {
    const { cache } = open()
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', () => read().catch(() => 'without itself'))
    expect(await read()).toBe('without itself')
  })

  it('do not have it hidden behind a stale entry', async () => {
    const { cache, clock } = open()
    const options = { ttl: '1s', stale: '1h', staleWhileRevalidate: false } as const
    await cache.getOrSet('menu:1', () => 'old', options)
    await clock.advanceAsync(1000)
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', read, options)
    await expect(read()).rejects.toMatchObject({ code: 'LOAD_CYCLE' })
  })

  it('in no circle are let alone: two that need the same third', async () => {
    const { cache } = open()
    const load = counter()
    const shared = (): Promise<number> => cache.getOrSet('dish:shared', async () => load())
    const left = (): Promise<number> => cache.getOrSet('dish:left', shared)
    const right = (): Promise<number> => cache.getOrSet('dish:right', shared)
    expect(await cache.getOrSet('menu:1', () => Promise.all([left(), right(), shared(), shared()]))).toEqual([
      1, 1, 1, 1,
    ])
    expect(load.calls).toBe(1)
  })

  it('in no circle are let alone: one after the other, in both directions', async () => {
    const { cache, invalidate } = open()
    const [one, two] = [
      (): Promise<unknown> => cache.getOrSet('menu:1', () => 1),
      (): Promise<unknown> => cache.getOrSet('menu:2', () => 2),
    ]
    expect(await cache.getOrSet('menu:3', async () => [await one(), await two(), await one()])).toEqual([1, 2, 1])
    await invalidate({ namespace: 'menu' })
    expect(await cache.getOrSet('menu:1', async () => [await two()])).toEqual([2])
    expect(await cache.getOrSet('menu:4', async () => [await two(), await one()])).toEqual([2, [2]])
  })

  it('in no circle are let alone: a hundred at a time over a few', async () => {
    const { cache } = open()
    const dish = (id: number): Promise<number> => cache.getOrSet(['dish', id], async () => id)
    const menu = (id: number): Promise<number[]> =>
      cache.getOrSet(['menu', id], () => Promise.all([dish(id % 3), dish((id + 1) % 3)]))
    const menus = await Promise.all(Array.from({ length: 100 }, (_, id) => menu(id)))
    expect(menus[4]).toEqual([1, 2])
  })

  it('in no circle any more are let alone: one may need what has given up waiting for it', async () => {
    const { cache, clock } = open()
    const [slow, patient] = [gate(), gate()]
    let late: unknown
    const one = (): Promise<unknown> =>
      cache.getOrSet(
        'menu:1',
        async () => {
          await slow.promise
          late = await two()
        },
        { loadTimeout: '1s' },
      )
    const two = (): Promise<unknown> =>
      cache.getOrSet('menu:2', async () => {
        await one().catch(() => undefined)
        await patient.promise
        return 'without menu:1'
      })
    const read = two()
    await clock.advanceAsync(1000)
    slow.pass()
    await clock.advanceAsync(1)
    patient.pass()
    expect(await read).toBe('without menu:1')
    await clock.advanceAsync(1)
    expect(late).toBe('without menu:1')
  })

  it('may refresh themselves in the background', async () => {
    const { cache, clock } = open()
    const options = { ttl: '1s', stale: '1h' } as const
    let depth = 0
    const read = (): Promise<string> =>
      cache.getOrSet('menu:1', async () => (depth++ === 0 ? 'first' : `after ${await read()}`), options)
    await read()
    await clock.advanceAsync(1000)
    expect(await read()).toBe('first')
    await clock.advanceAsync(0)
    expect(await read()).toBe('after first')
  })
})
