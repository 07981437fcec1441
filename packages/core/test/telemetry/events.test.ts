import { afterEach, describe, expect, it, vi } from 'vitest'
import { createRedstart } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { Telemetry } from '../../src/telemetry/telemetry.ts'
import { open } from '../cache/instance.ts'

const place = { namespace: 'menu', key: 'menu:1' }
const reset = { type: 'view.reset', reason: 'first' }
const loaded = { type: 'cache.load', ...place, outcome: 'loaded', background: false, milliseconds: 0 }
const stored = {
  type: 'cache.write',
  ...place,
  outcome: 'stored',
  bytes: expect.any(Number),
  rawBytes: expect.any(Number),
}

describe('what is told, once each', () => {
  it('of a miss, a load and a write', async () => {
    const { cache, told } = open()
    await cache.getOrSet('menu:1', () => 1)
    expect(told).toEqual([reset, { type: 'cache.miss', ...place, reason: 'absent' }, loaded, stored])
  })

  it('of hits', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.getOrSet('menu:1', () => 1)
    await two.cache.getOrSet('menu:1', () => 1)
    await two.cache.getOrSet('menu:1', () => 1)
    await two.cache.get('menu:1')
    const hit = (tier: string): unknown => ({ type: 'cache.hit', ...place, tier, stale: false })
    expect(two.told).toEqual([reset, hit('l2'), hit('l1'), hit('l1')])
  })

  it('of an invalidation, with the names that it hits', async () => {
    const { cache, invalidate, told } = open()
    await cache.get('menu:1')
    await invalidate({ tags: ['a'], keys: ['menu:1', 'plain'], prefix: 'menu:sv:', namespace: 'menu' })
    await cache.delete('menu:1')
    await cache.clear()
    const invalidated = (...names: string[]): unknown => ({
      type: 'cache.invalidate',
      names,
      strategy: 'immediate',
      reached: 'all',
      remote: false,
    })
    expect(told.slice(2)).toEqual([
      invalidated('t:a', 'k:menu:1', 'k:default:plain', 'p:menu:', 'p:menu:sv:'),
      invalidated('k:menu:1'),
      { type: 'cache.delete', ...place, reached: 'all' },
      invalidated('p:'),
    ])
  })

  it('of a set: the invalidation and the write', async () => {
    const { cache, told } = open()
    await cache.set('menu:1', 1)
    expect(told).toEqual([
      reset,
      { type: 'cache.invalidate', names: ['k:menu:1'], strategy: 'immediate', reached: 'all', remote: false },
      stored,
    ])
  })

  it('of why a read found nothing', async () => {
    const backend = memory()
    const one = open({ backend })
    await one.cache.set('menu:1', 1, { tags: ['soups'] })
    await one.cache.set('menu:2', 1, { ttl: '1s' })
    const soon = open({ backend, clock: one.clock })
    await soon.cache.get('menu:2')
    await one.invalidate({ tags: ['soups'] })
    await one.clock.advanceAsync(1000)
    for (const key of ['menu:1', 'menu:2', 'menu:3']) await soon.cache.get(key)
    expect(soon.of('cache.miss').map(({ key, reason }) => [key, reason])).toEqual([
      ['menu:1', 'invalidated'],
      ['menu:2', 'absent'],
      ['menu:3', 'absent'],
    ])
  })

  it('of a stale hit, its refresh, and an error behind which something stale was served', async () => {
    const { cache, clock, told } = open()
    const options = { ttl: '1s', stale: '1h' } as const
    await cache.getOrSet('menu:1', () => 1, options)
    await clock.advanceAsync(1000)
    const before = told.length
    await cache.getOrSet('menu:1', () => 2, options)
    await clock.advanceAsync(0)
    await clock.advanceAsync(1000)
    const error = new Error('gone')
    await cache.getOrSet('menu:1', () => Promise.reject(error), { ...options, staleWhileRevalidate: false })
    expect(told.slice(before)).toEqual([
      { type: 'cache.hit', ...place, tier: 'l1', stale: true },
      { ...loaded, background: true },
      stored,
      { type: 'cache.miss', ...place, reason: 'expired' },
      { ...loaded, outcome: 'failed', error },
      { type: 'cache.stale-if-error', ...place, error },
    ])
  })

  it('of how long a load took, and which failed', async () => {
    const { cache, clock, of } = open()
    const read = cache.getOrSet('menu:1', () => new Promise((resolve) => clock.schedule(70, () => resolve(1))))
    await clock.advanceAsync(70)
    await read
    expect(of('cache.load')).toEqual([{ ...loaded, milliseconds: 70 }])
  })

  it('to nobody any more who has stopped listening, and in spite of one who throws', async () => {
    const { cache, events, told } = open()
    const heard: string[] = []
    const stop = events.subscribe(({ type }) => {
      heard.push(type)
      throw new Error('broken listener')
    })
    expect(await cache.getOrSet('menu:1', () => 1)).toBe(1)
    stop()
    await cache.getOrSet('menu:1', () => 1)
    expect(heard).toEqual(told.slice(0, -1).map(({ type }) => type))
  })
})

describe('while nobody listens', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('no event is built for hits, misses, loads, writes and invalidations', async () => {
    const emit = vi.spyOn(Telemetry.prototype, 'emit')
    const { cache, invalidate } = createRedstart()
    for (let n = 0; n < 3; n++) await cache.getOrSet('menu:1', () => 1)
    await cache.get('menu:none')
    await cache.set('menu:2', 2)
    await cache.delete('menu:2')
    await invalidate({ tags: ['a'] }, { strategy: 'lazy' })
    expect(emit.mock.calls.map(([event]) => event.type)).toEqual(['view.reset'])
  })
})
