import { manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import { createRedstart, type RedstartOptions, type SlowOperation } from '../../src/index.ts'
import { open, type Watched } from '../cache/instance.ts'
import { slowMemory } from './slow-memory.ts'

const menu = { namespace: 'menu', key: 'menu:1' }

function slowly(
  options: Pick<RedstartOptions, 'slow'>,
  slowness: Partial<Parameters<typeof slowMemory>[1]> = {},
): Watched {
  const clock = manualClock()
  const backend = slowMemory(clock, { read: 0, write: 0, invalidate: 0, ...slowness })
  return open({ ...options, backend, clock })
}

async function after<T>({ clock }: Watched, work: Promise<T>, ms = 3000): Promise<T> {
  await clock.advanceAsync(ms)
  return work
}

/** What was told as slow, which must also be what is remembered. */
function slowOnes(redstart: Watched): SlowOperation[] {
  const told = redstart
    .of('cache.slow')
    .map(({ operation, namespace, key, milliseconds }) => ({ operation, namespace, key, milliseconds }))
  const remembered = redstart.metrics.slow()
  expect(remembered).toHaveLength(told.length)
  for (const [n, operation] of told.entries())
    expect(remembered.at(-1 - n)).toEqual({ ...operation, ago: expect.any(Number) })
  return told
}

describe('slow operations', () => {
  it.each([
    ['50 ms of reading', { read: 50 }, []],
    ['51 ms of reading', { read: 51 }, [{ operation: 'read', ...menu, milliseconds: 51 }]],
    ['51 ms of writing', { write: 51 }, [{ operation: 'write', ...menu, milliseconds: 51 }]],
  ])('are told from the default of 50 ms on: %s', async (_, slowness, expected) => {
    const redstart = slowly({}, slowness)
    await after(
      redstart,
      redstart.cache.getOrSet('menu:1', () => 1),
    )
    expect(slowOnes(redstart)).toEqual(expected)
  })

  it.each([
    [1000, []],
    [1001, [{ operation: 'load', ...menu, milliseconds: 1001 }]],
  ])('are loads above 1 s, where nobody says otherwise: %i ms', async (ms, expected) => {
    const redstart = slowly({})
    const load = (): Promise<number> => new Promise((resolve) => redstart.clock.schedule(ms, () => resolve(1)))
    await after(redstart, redstart.cache.getOrSet('menu:1', load))
    expect(slowOnes(redstart)).toEqual(expected)
  })

  it('are told of as each threshold says', async () => {
    const redstart = slowly({ slow: { operation: '5ms', load: 20 } }, { invalidate: 6 })
    const load = (): Promise<number> => new Promise((resolve) => redstart.clock.schedule(21, () => resolve(1)))
    await after(redstart, redstart.cache.getOrSet('menu:1', load))
    await after(redstart, redstart.cache.delete('menu:1'))
    await after(redstart, redstart.invalidate({ tags: ['a'] }))
    expect(slowOnes(redstart)).toEqual([
      { operation: 'load', ...menu, milliseconds: 21 },
      { operation: 'invalidate', namespace: 'menu', key: undefined, milliseconds: 6 },
      { operation: 'invalidate', namespace: undefined, key: undefined, milliseconds: 6 },
    ])
  })

  it('are remembered up to a bound, the latest first, with how long ago they ended', async () => {
    const redstart = slowly({ slow: { keep: 3 } }, { read: 60 })
    const remembered: unknown[] = []
    for (let n = 0; n < 5; n++) {
      await after(redstart, redstart.cache.get(`menu:${n}`), 100)
      remembered.push(redstart.metrics.slow().map(({ key, ago }) => [key, ago]))
    }
    expect(remembered[0]).toEqual([['menu:0', 40]])
    expect(remembered.at(-1)).toEqual([
      ['menu:4', 40],
      ['menu:3', 140],
      ['menu:2', 240],
    ])
  })

  it('are 100 where nobody says otherwise', async () => {
    const redstart = slowly({}, { read: 60 })
    const reads = Array.from({ length: 120 }, (_, n) => redstart.cache.get(`menu:${n}`))
    await after(redstart, Promise.all(reads))
    expect(redstart.metrics.slow()).toHaveLength(100)
  })
})

describe('the making of keys', () => {
  function keys(redstart: Watched, ms: number): { readonly clockReads: () => number; call(): Promise<number> } {
    let reads = 0
    const now = redstart.clock.now.bind(redstart.clock)
    Object.assign(redstart.clock, { now: () => (reads++, now()) })
    const key = (id: number): number => {
      redstart.clock.advance(ms)
      return id
    }
    const dish = redstart.cache.define('menu:dish', { key }, (id) => id)
    return { clockReads: () => reads, call: () => dish(1) }
  }

  it('is timed where that was asked for', async () => {
    const redstart = slowly({ slow: { key: '100ms' } })
    expect(await keys(redstart, 101).call()).toBe(1)
    const made = { operation: 'key', namespace: 'menu', key: undefined, milliseconds: 101 }
    expect(slowOnes(redstart).filter(({ operation }) => operation === 'key')).toContainEqual(made)
  })

  it('is not slow at its threshold', async () => {
    const redstart = slowly({ slow: { key: '100ms' } })
    await keys(redstart, 100).call()
    expect(slowOnes(redstart).filter(({ operation }) => operation === 'key')).toEqual([])
  })

  it('reads no clock otherwise', async () => {
    const counts: number[] = []
    for (const slow of [{}, { key: 1000 }]) {
      const redstart = slowly({ slow })
      const { call, clockReads } = keys(redstart, 0)
      // The third is served by memory, without a look at anything else.
      await call()
      await call()
      const before = clockReads()
      await call()
      counts.push(clockReads() - before)
    }
    expect(counts).toEqual([1, 3])
  })

  it('is timed for cached functions too', async () => {
    const redstart = slowly({ slow: { key: 0 } })
    const key = (id: number): number => {
      redstart.clock.advance(1)
      return id
    }
    const dish = redstart.cache.cached('menu:cached', { key }, (id: number) => id)
    expect(await dish(1)).toBe(1)
    expect(slowOnes(redstart)).toContainEqual({ operation: 'key', namespace: 'menu', key: undefined, milliseconds: 1 })
  })
})

describe('the option slow', () => {
  it.each([
    ['operation', { operation: '5 minutes' }],
    ['operation', { operation: -1 }],
    ['load', { load: Number.NaN }],
    ['key', { key: 'soon' }],
    ['slow.keep', { keep: 0 }],
    ['slow.keep', { keep: 10_001 }],
    ['slow.keep', { keep: 1.5 }],
    ['slow', null],
  ])('refuses a bad %s', (what, slow) => {
    // @ts-expect-error what a caller without types may pass
    expect(() => createRedstart({ slow })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(what) }),
    )
  })
})
