import { describe, expect, it } from 'vitest'
import { heldLoader, open } from './instance.ts'

describe('refresh: true', () => {
  it('loads although the entry is fresh, and replaces it', async () => {
    const { cache, of } = open()
    await cache.getOrSet('menu:1', () => 'old')
    expect(await cache.getOrSet('menu:1', () => 'new', { refresh: true })).toBe('new')
    expect(await cache.getOrSet('menu:1', () => 'never')).toBe('new')
    expect(of('cache.load')).toHaveLength(2)
  })

  it('shares a load that began later than the call, and none that began before', async () => {
    const { cache, clock } = open()
    const { load, calls } = heldLoader<string>()
    const ordinary = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(1)
    const forced = [1, 2, 3].map(() => cache.getOrSet('menu:1', load, { refresh: true }))
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('first')
    expect(await ordinary).toBe('first')
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    const late = cache.getOrSet('menu:1', load, { refresh: true })
    await clock.advanceAsync(1)
    calls[1]?.pass('second')
    expect(await Promise.all(forced)).toEqual(['second', 'second', 'second'])
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(3)
    calls[2]?.pass('third')
    expect(await late).toBe('third')
    expect(await cache.get('menu:1')).toBe('third')
  })

  it('does not take the result of an ordinary read that began meanwhile', async () => {
    const { cache, clock } = open()
    await cache.set('menu:1', 'old')
    const { load, calls } = heldLoader<string>()
    const forced = cache.getOrSet('menu:1', load, { refresh: true })
    await clock.advanceAsync(1)
    // One that hits memory, and one that joins.
    expect(await cache.getOrSet('menu:1', load)).toBe('old')
    calls[0]?.pass('new')
    expect(await forced).toBe('new')
    expect(calls).toHaveLength(1)
  })

  it('rejects with the loader’s error, although a stale entry is there', async () => {
    const { cache, clock } = open()
    const options = { ttl: '1s', stale: '1h' } as const
    await cache.getOrSet('menu:1', () => 'old', options)
    await clock.advanceAsync(1000)
    const failure = new Error('gone')
    await expect(cache.getOrSet('menu:1', () => Promise.reject(failure), { ...options, refresh: true })).rejects.toBe(
      failure,
    )
    expect(cache.peek('menu:1')).toMatchObject({ hit: true, value: 'old' })
  })

  it('knows what was there before', async () => {
    const { cache } = open()
    await cache.set('menu:1', 'old')
    const read = cache.getOrSet('menu:1', (context) => `${String(context.previous?.value)}, then new`, {
      refresh: true,
    })
    expect(await read).toBe('old, then new')
  })
})
