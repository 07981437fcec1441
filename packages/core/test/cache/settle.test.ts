import { describe, expect, test } from 'vitest'
import { type Backend, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from './bound-store.ts'
import { open } from './instance.ts'

/** Memory whose invalidations can be refused. */
function refusable(): Backend & { refuses: boolean } {
  const inner = memory()
  const state = {
    name: 'refusable',
    refuses: false,
    cache: (context: Parameters<Backend['cache']>[0]) => {
      const store = boundStore(inner.cache(context))
      return {
        ...store,
        invalidate: async (...args: Parameters<typeof store.invalidate>) => {
          if (state.refuses) throw new RedstartError('STORE_UNAVAILABLE', 'the test took it away')
          return await store.invalidate(...args)
        },
      }
    },
  }
  return state
}

describe('an invalidation that settles', () => {
  test('hides what was loaded from a replica that lagged behind', async () => {
    const here = open()
    let replica = 'old'
    const read = (): Promise<string> => here.cache.getOrSet('orders:1', () => replica, { tags: ['t'] })
    await read()
    expect(await here.invalidate({ tags: ['t'] }, { settle: '500ms' })).toEqual({ reached: 'all' })
    expect(await read()).toBe('old')
    replica = 'new'
    await here.clock.advanceAsync(499)
    expect(await read()).toBe('old')
    await here.clock.advanceAsync(1)
    expect(await read()).toBe('new')
    expect(here.of('cache.invalidate').map(({ names }) => names)).toEqual([['t:t'], ['t:t']])
    await here.clock.advanceAsync(5000)
    expect(here.of('cache.invalidate')).toHaveLength(2)
    await here.close()
  })

  test.each(['immediate', 'lazy'] as const)('does the second time what it did the first: %s', async (strategy) => {
    const here = open()
    await here.invalidate({ keys: ['orders:1'] }, { strategy, settle: 100 })
    await here.clock.advanceAsync(100)
    expect(here.of('cache.invalidate').map((event) => event.strategy)).toEqual([strategy, strategy])
    await here.close()
  })

  test('is sent again where the backend does not answer the second time', async () => {
    const backend = refusable()
    const [here, other] = [open({ backend }), open({ backend })]
    await here.invalidate({ keys: ['orders:1'] }, { settle: 100 })
    expect(await other.cache.getOrSet('orders:1', () => 'old')).toBe('old')
    backend.refuses = true
    await here.clock.advanceAsync(100)
    expect(here.of('cache.invalidate').map(({ reached }) => reached)).toEqual(['all', 'here'])
    expect(here.cache.stats().pendingInvalidations).toBe(1)
    backend.refuses = false
    await here.clock.advanceAsync(2000)
    expect(here.cache.stats().pendingInvalidations).toBe(0)
    expect(await other.cache.getOrSet('orders:1', () => 'new')).toBe('new')
    await Promise.all([here.close(), other.close()])
  })

  test('is made a second time also where the first did not reach the backend and that was insisted on', async () => {
    const backend = refusable()
    const here = open({ backend })
    backend.refuses = true
    const refused = here.invalidate({ keys: ['orders:1'] }, { settle: 5000, require: 'all' })
    await expect(refused).rejects.toMatchObject({ code: 'NOT_REACHED' })
    backend.refuses = false
    await here.clock.advanceAsync(5000)
    expect(here.of('cache.invalidate').map(({ reached }) => reached)).toEqual(['here', 'all'])
    await here.close()
  })

  test('does so at once where the instance is closed before', async () => {
    const backend = memory()
    const [here, other] = [open({ backend }), open({ backend })]
    await here.invalidate({ keys: ['orders:1'] }, { settle: '1h' })
    expect(await other.cache.getOrSet('orders:1', () => 'old')).toBe('old')
    await here.close()
    expect(await other.cache.getOrSet('orders:1', () => 'new')).toBe('new')
    await here.clock.advanceAsync(3_600_000)
    expect(here.of('cache.invalidate')).toHaveLength(2)
    await other.close()
  })

  test('of more names than can wait invalidates everything instead, and says so', async () => {
    const here = open()
    const keys = (batch: number): string[] => Array.from({ length: 10_000 }, (_, n) => `orders:${batch}-${n}`)
    for (let batch = 0; batch < 11; batch += 1) await here.invalidate({ keys: keys(batch) }, { settle: 1000 })
    expect(here.of('pending.overflow')).toEqual([{ type: 'pending.overflow', names: 110_000 }])
    await here.clock.advanceAsync(1000)
    expect(here.of('cache.invalidate').at(-1)?.names).toEqual(['p:'])
    expect(here.of('cache.invalidate')).toHaveLength(12)
    await here.close()
  })

  test.each([
    ['the first of them', [1000, 5000, 60_000]],
    ['the last of them', [60_000, 5000, 1000]],
  ])('of more names than can wait forgets no due time: neither that of %s', async (_, delays) => {
    const here = open()
    const rest = Array.from({ length: 8 }, () => 5000)
    const all = [...delays.slice(0, 2), ...rest, ...delays.slice(2)]
    for (const [batch, settle] of all.entries())
      await here.invalidate({ keys: Array.from({ length: 10_000 }, (_each, n) => `orders:${batch}-${n}`) }, { settle })
    expect(here.of('pending.overflow')).toHaveLength(1)
    const everything = (): number => here.of('cache.invalidate').filter(({ names }) => names[0] === 'p:').length
    for (const [elapse, made] of [
      [999, 0],
      [1, 1],
      [58_999, 1],
      [1, 2],
      [60_000, 2],
    ] as const) {
      await here.clock.advanceAsync(elapse)
      expect(everything()).toBe(made)
    }
    await here.close()
  })

  test('that everything stands for is made once where all were due at one time, and at once by a close', async () => {
    const here = open()
    const fill = async (settle: number): Promise<void> => {
      for (let batch = 0; batch < 11; batch += 1)
        await here.invalidate(
          { keys: Array.from({ length: 10_000 }, (_each, n) => `orders:${batch}-${n}`) },
          { settle },
        )
    }
    await fill(1000)
    await here.clock.advanceAsync(60_000)
    expect(here.of('cache.invalidate')).toHaveLength(12)
    await fill(1000)
    await here.close()
    expect(here.of('cache.invalidate').at(-1)?.names).toEqual(['p:'])
    expect(here.of('cache.invalidate')).toHaveLength(24)
    expect(here.clock.pending()).toBe(0)
  })

  test.each([0, -1, Number.NaN, '1 second', null])('after %j is refused', async (settle) => {
    const here = open()
    // JavaScript passes anything.
    const refused = here.invalidate({ tags: ['t'] }, { settle: settle as number })
    await expect(refused).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^settle is /),
    })
    expect(here.of('cache.invalidate')).toEqual([])
    await here.close()
  })
})
