import { describe, expect, it } from 'vitest'
import { heldLoader, open, type Watched } from './instance.ts'

const OPTIONS = { ttl: '10s', stale: '1h', staleWhileRevalidate: false, softTimeout: '100ms' } as const

async function withStaleEntry(options: Parameters<typeof open>[0] = {}): Promise<Watched> {
  const instance = open(options)
  await instance.cache.getOrSet('menu:1', () => 'old', { ...OPTIONS, tags: ['soups'] })
  await instance.clock.advanceAsync(20_000)
  return instance
}

describe('a load that takes longer than softTimeout', () => {
  it('leaves each caller with the stale entry after its own time, and goes on', async () => {
    const { cache, clock, of } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const got: string[] = []
    const read = (who: string): unknown =>
      cache.getOrSet('menu:1', load, OPTIONS).then((value) => got.push(`${who}: ${value}`))
    void read('first')
    await clock.advanceAsync(60)
    void read('second')
    await clock.advanceAsync(39)
    expect(got).toEqual([])
    await clock.advanceAsync(1)
    expect(got).toEqual(['first: old'])
    await clock.advanceAsync(60)
    expect(got).toEqual(['first: old', 'second: old'])
    expect(calls).toHaveLength(1)
    expect(of('cache.soft-timeout')).toHaveLength(2)
    calls[0]?.pass('new')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('new')
    expect(clock.pending()).toBe(0)
  })

  it('gives its value to those who still wait when it comes in time', async () => {
    const { cache, clock } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load, OPTIONS)
    await clock.advanceAsync(99)
    calls[0]?.pass('new')
    expect(await read).toBe('new')
    expect(clock.pending()).toBe(0)
  })

  it('keeps who has nothing else waiting', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load, OPTIONS)
    await clock.advanceAsync(5000)
    calls[0]?.pass('new')
    expect(await read).toBe('new')
  })

  it('keeps who waits when the stale entry was invalidated meanwhile', async () => {
    const { cache, clock, invalidate, of } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load, OPTIONS)
    await clock.advanceAsync(50)
    await invalidate({ tags: ['soups'] })
    await clock.advanceAsync(1000)
    expect(of('cache.soft-timeout')).toEqual([])
    calls[0]?.pass('new')
    expect(await read).toBe('new')
  })

  it('is not abandoned when the callers that it left with the stale entry go', async () => {
    const { cache, clock } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const caller = new AbortController()
    const read = cache.getOrSet('menu:1', load, { ...OPTIONS, signal: caller.signal })
    await clock.advanceAsync(100)
    expect(await read).toBe('old')
    caller.abort()
    await clock.advanceAsync(1)
    calls[0]?.pass('new')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('new')
  })

  it('is handed to waitUntil, since it goes on in the background', async () => {
    const { cache, clock } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    const works: Promise<unknown>[] = []
    const read = cache.getOrSet('menu:1', load, { ...OPTIONS, waitUntil: (work) => works.push(work) })
    await clock.advanceAsync(100)
    expect(await read).toBe('old')
    expect(works).toHaveLength(1)
    calls[0]?.fail(new Error('gone'))
    await Promise.all(works)
  })

  it('does no longer count as waited for: what it reads itself is no cycle', async () => {
    const { cache, clock } = await withStaleEntry()
    const { load: child, calls } = heldLoader<string>()
    await cache.getOrSet('menu:2', () => 'old child', OPTIONS)
    await clock.advanceAsync(20_000)
    const parent = cache.getOrSet('menu:1', () => cache.getOrSet('menu:2', child, OPTIONS), {
      ...OPTIONS,
      softTimeout: '1h',
    })
    await clock.advanceAsync(100)
    expect(await parent).toBe('old child')
    calls[0]?.pass('new child')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:2')).toBe('new child')
  })

  it('leaves no failure behind that nobody waits for, where waiting would make a cycle', async () => {
    const { cache, clock } = open()
    const read = (): Promise<unknown> => cache.getOrSet('menu:1', () => read(), OPTIONS)
    await expect(read()).rejects.toMatchObject({ code: 'LOAD_CYCLE' })
    await clock.advanceAsync(1000)
    expect(clock.pending()).toBe(0)
  })
})
