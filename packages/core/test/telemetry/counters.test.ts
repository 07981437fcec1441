import { describe, expect, it } from 'vitest'
import {
  count,
  JOIN,
  L1_HIT,
  L2_HIT,
  LOAD,
  MISS,
  newCounters,
  readCounters,
  STALE_HIT,
} from '../../src/telemetry/counters.ts'
import { counter, open } from '../cache/instance.ts'

const ZERO = {
  l1Hits: 0,
  l2Hits: 0,
  staleHits: 0,
  joins: 0,
  misses: 0,
  loads: 0,
  loadErrors: 0,
  staleIfError: 0,
  sets: 0,
  deletes: 0,
  writes: 0,
  unstored: 0,
  evictions: 0,
  hitRate: 0,
  bytes: { raw: 0, stored: 0, ratio: 1 },
}

describe('counters', () => {
  it('are zero at first', () => {
    expect(readCounters(newCounters())).toEqual(ZERO)
  })

  it('give a hit rate of reads without a load of their own over all reads', () => {
    const counters = newCounters()
    for (const place of [L1_HIT, L1_HIT, L2_HIT, STALE_HIT, JOIN, MISS, LOAD]) count(counters, place)
    expect(readCounters(counters)).toEqual({
      ...ZERO,
      l1Hits: 2,
      l2Hits: 1,
      staleHits: 1,
      joins: 1,
      misses: 1,
      loads: 1,
      hitRate: 0.8,
    })
  })
})

describe('stats', () => {
  it('count what each namespace did, and have those that were configured from the start', async () => {
    const { cache, clock } = open({ namespaces: { orders: {} } })
    expect(cache.stats()).toMatchObject({ namespaces: { orders: ZERO }, pendingInvalidations: 0 })
    const load = counter()
    for (let n = 0; n < 4; n++) await cache.getOrSet('menu:1', load, { ttl: '1s', stale: '1h' })
    await clock.advanceAsync(1000)
    await cache.getOrSet('menu:1', load, { ttl: '1s', stale: '1h' })
    await clock.advanceAsync(1)
    await cache.getOrSet('menu:2', () => Promise.reject(new Error('gone'))).catch(() => undefined)
    await cache.getOrSet('menu:3', () => () => 'unstorable')
    await cache.set('menu:4', 1)
    await cache.delete('menu:4')
    await cache.get('plain')
    expect(cache.stats().namespaces).toMatchObject({
      orders: ZERO,
      menu: {
        ...ZERO,
        l1Hits: 4,
        staleHits: 1,
        misses: 3,
        loads: 4,
        loadErrors: 1,
        sets: 1,
        deletes: 1,
        writes: 3,
        unstored: 1,
        hitRate: 4 / 7,
        bytes: { ratio: 1 },
      },
      default: { ...ZERO, misses: 1 },
    })
  })

  it('are a picture of their moment', async () => {
    const { cache } = open()
    await cache.get('menu:1')
    const before = cache.stats()
    await cache.get('menu:1')
    expect(before.namespaces['menu']?.misses).toBe(1)
    expect(cache.stats().namespaces['menu']?.misses).toBe(2)
  })

  it('count without anybody listening', async () => {
    const { createRedstart } = await import('../../src/index.ts')
    const { cache } = createRedstart()
    await cache.getOrSet('menu:1', () => 1)
    await cache.getOrSet('menu:1', () => 1)
    expect(cache.stats().namespaces['menu']).toMatchObject({ l1Hits: 1, misses: 1, loads: 1, writes: 1, hitRate: 0.5 })
  })
})
