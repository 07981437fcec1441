import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, gate, heldLoader, open } from './instance.ts'

const HUNDRED = Array.from({ length: 100 }, (_, n) => n)

describe('concurrent reads of one key', () => {
  it('share one load', async () => {
    const { cache, clock, of } = open()
    const { load, calls } = heldLoader<string>()
    const reads = Promise.all(HUNDRED.map(() => cache.getOrSet('menu:1', load)))
    await clock.advanceAsync(10)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('soup')
    expect(new Set(await reads)).toEqual(new Set(['soup']))
    expect(calls).toHaveLength(1)
    expect(of('cache.load')).toHaveLength(1)
    expect(cache.stats().namespaces['menu']).toMatchObject({ loads: 1, joins: 99, misses: 1, hitRate: 0.99 })
  })

  it('share its failure, the very same error, and the next read loads again', async () => {
    const { cache, clock, of } = open()
    const { load, calls } = heldLoader<string>()
    const reads = Promise.allSettled(HUNDRED.map(() => cache.getOrSet('menu:1', load)))
    await clock.advanceAsync(10)
    const failure = new Error('the database is gone')
    calls[0]?.fail(failure)
    for (const read of await reads) expect(read).toEqual({ status: 'rejected', reason: failure })
    expect(calls).toHaveLength(1)
    expect(of('cache.load')).toMatchObject([{ outcome: 'failed', error: failure, background: false }])
    expect(await cache.getOrSet('menu:1', () => 'soup')).toBe('soup')
    expect(of('cache.write')).toHaveLength(1)
  })

  it('share it through definitions, namespaces and whole keys alike', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    const dish = cache.define('menu', { key: (id: number) => id }, load)
    const reads = Promise.all([dish(1), cache.getOrSet('menu:1', load), cache.namespace('menu').getOrSet(1, load)])
    await clock.advanceAsync(0)
    calls[0]?.pass('soup')
    expect(await reads).toEqual(['soup', 'soup', 'soup'])
    expect(calls).toHaveLength(1)
  })

  it('of different keys load beside each other', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<number>()
    const reads = Promise.all([1, 2, 3].map((id) => cache.getOrSet(['menu', id], load)))
    await clock.advanceAsync(0)
    expect(calls).toHaveLength(3)
    calls.forEach((call, n) => call.pass(n))
    expect(await reads).toEqual([0, 1, 2])
  })
})

describe('a read that begins after an invalidation', () => {
  it.each([
    ['of the key', { keys: ['menu:1'] }],
    ['of a tag given before the load', { tags: ['soups'] }],
    ['of the namespace', { namespace: 'menu' }],
    ['of a prefix', { prefix: 'menu:' }],
  ])('%s does not take the result of a load that began before', async (_, target) => {
    const { cache, clock, invalidate } = open()
    const { load, calls } = heldLoader<string>()
    const read = (): Promise<string> => cache.getOrSet('menu:1', load, { tags: ['soups'] })
    const before = read()
    await clock.advanceAsync(5)
    await invalidate(target)
    await clock.advanceAsync(5)
    const after = read()
    await clock.advanceAsync(5)
    calls[0]?.pass('old')
    expect(await before).toBe('old')
    await clock.advanceAsync(5)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('new')
    expect(await after).toBe('new')
    expect(await read()).toBe('new')
  })

  it('does not take it by a tag either that only follows from the value', async () => {
    const { cache, clock, invalidate } = open()
    const { load, calls } = heldLoader<string>()
    const read = (): Promise<string> => cache.getOrSet('menu:1', load, { tags: (name) => [name] })
    const before = read()
    await clock.advanceAsync(5)
    await invalidate({ tags: ['old'] })
    await clock.advanceAsync(5)
    const after = read()
    await clock.advanceAsync(5)
    calls[0]?.pass('old')
    await before
    await clock.advanceAsync(5)
    calls[1]?.pass('new')
    expect(await after).toBe('new')
  })

  it('does take it when something else was invalidated', async () => {
    const { cache, clock, invalidate } = open()
    const { load, calls } = heldLoader<string>()
    const read = (): Promise<string> => cache.getOrSet('menu:1', load, { tags: ['soups'] })
    const before = read()
    await clock.advanceAsync(5)
    await invalidate({ tags: ['salads'] })
    await clock.advanceAsync(5)
    const after = read()
    await clock.advanceAsync(5)
    calls[0]?.pass('soup')
    expect([await before, await after]).toEqual(['soup', 'soup'])
    expect(calls).toHaveLength(1)
  })

  it('sees the invalidation of another instance, too', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    const { load, calls } = heldLoader<string>()
    const before = one.cache.getOrSet('menu:1', load)
    await one.clock.advanceAsync(5)
    await two.invalidate({ keys: ['menu:1'] })
    await one.clock.advanceAsync(5)
    const after = one.cache.getOrSet('menu:1', load)
    await one.clock.advanceAsync(5)
    calls[0]?.pass('old')
    await before
    await one.clock.advanceAsync(5)
    calls[1]?.pass('new')
    expect(await after).toBe('new')
  })
})

describe('a loader that takes too long', () => {
  it('is told by its signal, and its callers by LOAD_TIMEOUT', async () => {
    const { cache, clock, of } = open({ namespaces: { menu: { loadTimeout: '2s' } } })
    const never = gate()
    let signal: AbortSignal | undefined
    const load = (context: { signal: AbortSignal }): Promise<void> => {
      signal = context.signal
      return never.promise
    }
    const reads = Promise.allSettled([cache.getOrSet('menu:1', load), cache.getOrSet('menu:1', load)])
    await clock.advanceAsync(1999)
    expect(signal?.aborted).toBe(false)
    await clock.advanceAsync(1)
    expect(signal?.aborted).toBe(true)
    const [one, other] = await reads
    const reason: unknown = one.status === 'rejected' ? one.reason : undefined
    expect(reason).toMatchObject({
      code: 'LOAD_TIMEOUT',
      message: expect.stringMatching(/^the loader of "menu:1" took longer than 2000 ms; .*loadTimeout$/),
    })
    expect(other).toEqual({ status: 'rejected', reason })
    expect(signal?.reason).toBe(reason)
    expect(of('cache.load')).toMatchObject([{ outcome: 'timeout', milliseconds: 2000, error: reason }])
  })

  it('has thirty seconds unless the call says otherwise, and leaves no timer behind', async () => {
    const { cache, clock } = open()
    const outcome = { usual: '', own: '' }
    void cache
      .getOrSet('menu:1', () => new Promise(() => undefined))
      .catch((error: unknown) => (outcome.usual = String(error)))
    void cache
      .getOrSet('menu:2', () => new Promise(() => undefined), { loadTimeout: '1s' })
      .catch((error: unknown) => (outcome.own = String(error)))
    await clock.advanceAsync(1000)
    expect(outcome).toEqual({ usual: '', own: expect.stringContaining('1000 ms') })
    await clock.advanceAsync(29_000)
    expect(outcome.usual).toContain('30000 ms')
    await cache.getOrSet('menu:3', counter())
    // Its loader has not settled; it is given up after as long again.
    await clock.advanceAsync(30_000)
    expect(clock.pending()).toBe(0)
  })

  it('lets the next read load once it has settled, and its late result changes nothing', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    const first = cache.getOrSet('menu:1', load).catch((error: unknown) => error)
    await clock.advanceAsync(30_000)
    expect(await first).toMatchObject({ code: 'LOAD_TIMEOUT' })
    const second = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(10_000)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('late')
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('new')
    expect(await second).toBe('new')
    expect(await cache.get('menu:1')).toBe('new')
    expect(clock.pending()).toBe(0)
  })

  it('is given up after as long again when it ignores its signal', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    const first = cache.getOrSet('menu:1', load, { loadTimeout: '2s' }).catch((error: unknown) => error)
    await clock.advanceAsync(2000)
    expect(await first).toMatchObject({ code: 'LOAD_TIMEOUT' })
    const second = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(1999)
    expect(calls).toHaveLength(1)
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('new')
    expect(await second).toBe('new')
    calls[0]?.pass('late')
    await clock.advanceAsync(1)
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('has its whole time although the load before it was in its way', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    void cache.getOrSet('menu:1', load, { loadTimeout: '2s' }).catch(() => undefined)
    await clock.advanceAsync(2000)
    const second = cache.getOrSet('menu:1', load, { loadTimeout: '2s' })
    await clock.advanceAsync(2000 + 1999)
    calls[1]?.pass('new')
    expect(await second).toBe('new')
  })
})
