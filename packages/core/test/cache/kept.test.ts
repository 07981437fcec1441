import { describe, expect, it } from 'vitest'
import { counter, open } from './instance.ts'

describe('jitter', () => {
  it('shortens each ttl by a part of the share, drawn anew', async () => {
    const draws = [0, 0.5, 0.999]
    const { cache } = open({ random: () => draws.shift() ?? 0, namespaces: { menu: { ttl: 1000, jitter: 0.2 } } })
    const left: (number | undefined)[] = []
    for (const key of ['menu:1', 'menu:2', 'menu:3']) {
      await cache.getOrSet(key, () => 'soup')
      left.push((await cache.ttl(key))?.fresh)
    }
    expect(left).toEqual([1000, 900, 800])
  })

  it('shortens the ttl of what is set as well, and leaves the stale time as it is', async () => {
    const { cache } = open({ random: () => 0.5, namespaces: { menu: { ttl: 1000, stale: 500, jitter: 1 } } })
    await cache.set('menu:1', 'soup')
    expect(await cache.ttl('menu:1')).toEqual({ fresh: 500, stale: 1000 })
  })

  it('leaves one millisecond at the least', async () => {
    const { cache } = open({ random: () => 0.9999, namespaces: { menu: { ttl: 1000, jitter: 1 } } })
    await cache.getOrSet('menu:1', () => 'soup')
    expect((await cache.ttl('menu:1'))?.fresh).toBe(1)
  })

  it('is none unless it is asked for', async () => {
    const { cache } = open({ random: () => 0.9 })
    await cache.getOrSet('menu:1', () => 'soup', { ttl: 1000 })
    expect((await cache.ttl('menu:1'))?.fresh).toBe(1000)
  })
})

describe('negativeTtl', () => {
  it.each([[null], [undefined]])('is the ttl of %s, and of no other value', async (nothing) => {
    const { cache } = open({ namespaces: { menu: { ttl: '1h', negativeTtl: '1s' } } })
    await cache.getOrSet('menu:1', () => nothing)
    await cache.getOrSet('menu:2', () => 0)
    expect((await cache.ttl('menu:1'))?.fresh).toBe(1000)
    expect((await cache.ttl('menu:2'))?.fresh).toBe(3_600_000)
  })

  it('is no longer than the loader says', async () => {
    const { cache } = open({ namespaces: { menu: { negativeTtl: '1s' } } })
    await cache.getOrSet('menu:1', (context) => {
      context.ttl('5s')
      return null
    })
    expect((await cache.ttl('menu:1'))?.fresh).toBe(5000)
  })

  it('keeps an absence from being loaded again', async () => {
    const { cache, clock } = open()
    let loads = 0
    const load = (): undefined => void (loads += 1)
    const read = (): Promise<undefined> => cache.getOrSet('menu:1', load, { negativeTtl: '1s' })
    await read()
    await clock.advanceAsync(999)
    await read()
    expect(loads).toBe(1)
    await clock.advanceAsync(1)
    await read()
    expect(loads).toBe(2)
  })
})

describe('a value that is not to be stored', () => {
  it('by noStore() is returned, and loaded again by the next read', async () => {
    const { cache, of } = open()
    const load = counter()
    const read = (): Promise<number> =>
      cache.getOrSet('menu:1', (context) => {
        context.noStore()
        return load()
      })
    expect([await read(), await read()]).toEqual([1, 2])
    expect(await cache.has('menu:1')).toBe(false)
    expect(of('cache.write')).toMatchObject([{ outcome: 'declined', bytes: 0 }, { outcome: 'declined' }])
  })

  it('by cacheIf is returned, of a call and of a definition', async () => {
    const { cache } = open()
    const load = counter()
    const cacheIf = (value: number): boolean => value > 1
    const dish = cache.define('menu', { key: () => 1, cacheIf }, load)
    expect([await dish(), await dish(), await dish()]).toEqual([1, 2, 2])
    const other = counter()
    const read = (): Promise<number> => cache.getOrSet('other:1', other, { cacheIf })
    expect([await read(), await read(), await read()]).toEqual([1, 2, 2])
  })

  it('is shared by those who wait, frozen like a stored one', async () => {
    const { cache } = open()
    const read = (): Promise<{ name: string }> =>
      cache.getOrSet('menu:1', () => ({ name: 'soup' }), { cacheIf: () => false })
    const [one, other] = await Promise.all([read(), read()])
    expect(one).toBe(other)
    expect(Object.isFrozen(one)).toBe(true)
  })

  it('may be one that could not be stored', async () => {
    const { cache, of } = open()
    const value = { at: () => 1 }
    expect(await cache.getOrSet('menu:1', () => value, { cacheIf: () => false })).toBe(value)
    expect(of('cache.write')).toMatchObject([{ outcome: 'declined' }])
  })

  it('leaves what is stored as it is', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'old')
    expect(await cache.getOrSet('menu:1', () => 'new', { refresh: true, cacheIf: () => false })).toBe('new')
    expect(await cache.get('menu:1')).toBe('old')
  })

  it('is none when cacheIf throws: that is the read’s own failure', async () => {
    const { cache } = open()
    const failure = new Error('no')
    const cacheIf = (): never => {
      throw failure
    }
    await expect(cache.getOrSet('menu:1', () => 1, { cacheIf })).rejects.toBe(failure)
  })
})

describe('unchanged()', () => {
  const options = { ttl: '1s', stale: '1h', staleWhileRevalidate: false } as const

  it('stores the value that was there with a new life', async () => {
    const { cache, clock } = open()
    const dish = await cache.getOrSet('menu:1', () => ({ name: 'soup' }), options)
    await clock.advanceAsync(1500)
    const again = await cache.getOrSet(
      'menu:1',
      (context): { name: string } => {
        expect(context.previous).toEqual({ value: dish })
        context.ttl('7s')
        return context.unchanged()
      },
      options,
    )
    expect(again).toEqual(dish)
    expect((await cache.ttl('menu:1'))?.fresh).toBe(7000)
  })

  it('knows one that has expired as long as memory has it', async () => {
    const { cache, clock } = open()
    await cache.getOrSet('menu:1', () => 'soup', { ttl: '1s' })
    await clock.advanceAsync(5000)
    expect(await cache.getOrSet('menu:1', (context) => context.previous?.value, { ttl: '1s' })).toBe('soup')
  })

  it('outlives a lazy invalidation, with the clock of now', async () => {
    const { cache, clock, invalidate } = open()
    await cache.set('menu:1', 'soup')
    await invalidate({ keys: ['menu:1'] }, { strategy: 'lazy' })
    expect(await cache.getOrSet('menu:1', (context) => context.unchanged<string>())).toBe('soup')
    await clock.advanceAsync(1)
    expect(cache.peek('menu:1')).toEqual({ hit: true, value: 'soup', stale: false })
  })

  it('is not to be had of what was invalidated', async () => {
    const { cache, clock, invalidate } = open()
    await cache.getOrSet('menu:1', () => 'soup', options)
    await clock.advanceAsync(1500)
    await invalidate({ keys: ['menu:1'] })
    const load = cache.getOrSet('menu:1', (context) => context.unchanged<string>(), options)
    await expect(load).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(
        /^the loader of "menu:1" said that its value is unchanged, but none is known; check/,
      ),
    })
  })

  it('gives each a copy of its own where parts can change', async () => {
    const { cache, clock } = open()
    await cache.getOrSet('menu:1', () => ({ since: new Date(5) }), options)
    await clock.advanceAsync(1500)
    await cache.getOrSet(
      'menu:1',
      (context) => {
        // As getOrSet above returned it.
        const before = context.previous?.value as { since: Date }
        before.since.setTime(7)
        return context.unchanged<{ since: Date }>()
      },
      options,
    )
    expect(await cache.get('menu:1')).toEqual({ since: new Date(5) })
  })
})

describe('errorTtl', () => {
  const failure = new Error('the database is gone')
  const failing = (): { load: () => Promise<never>; calls: () => number } => {
    let calls = 0
    return { load: () => Promise.reject((calls++, failure)), calls: () => calls }
  }

  it('gives the same error without a load until it is over', async () => {
    const { cache, clock } = open()
    const { load, calls } = failing()
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', load, { errorTtl: '1s' })
    await expect(read()).rejects.toBe(failure)
    await clock.advanceAsync(999)
    await expect(read()).rejects.toBe(failure)
    expect(calls()).toBe(1)
    await clock.advanceAsync(1)
    await expect(read()).rejects.toBe(failure)
    expect(calls()).toBe(2)
  })

  it('is none unless it is asked for', async () => {
    const { cache } = open()
    const { load, calls } = failing()
    await expect(cache.getOrSet('menu:1', load)).rejects.toBe(failure)
    await expect(cache.getOrSet('menu:1', load)).rejects.toBe(failure)
    expect(calls()).toBe(2)
  })

  it('ends with a value, with an invalidation of the entry, and for who refreshes', async () => {
    const { cache, invalidate } = open()
    const { load } = failing()
    const fail = (): Promise<unknown> => cache.getOrSet('menu:1', load, { errorTtl: '1s', tags: ['soups'] })
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', () => 'soup', { errorTtl: '1s' })
    await expect(fail()).rejects.toBe(failure)
    await expect(read()).rejects.toBe(failure)
    await invalidate({ tags: ['soups'] })
    expect(await read()).toBe('soup')
    await cache.delete('menu:1')
    await expect(fail()).rejects.toBe(failure)
    expect(await cache.getOrSet('menu:1', () => 'new', { refresh: true })).toBe('new')
    expect(await read()).toBe('new')
  })

  it('serves a stale entry meanwhile, decided anew', async () => {
    const { cache, clock, invalidate } = open()
    const { load, calls } = failing()
    const options = { ttl: '1s', stale: '1h', staleWhileRevalidate: false, errorTtl: '10s' } as const
    await cache.getOrSet('menu:1', () => 'old', options)
    await clock.advanceAsync(1000)
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', load, options)
    expect([await read(), await read(), await read()]).toEqual(['old', 'old', 'old'])
    expect(calls()).toBe(1)
    await invalidate({ keys: ['menu:1'] })
    await expect(read()).rejects.toBe(failure)
  })
})
