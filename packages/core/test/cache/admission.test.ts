import { describe, expect, it } from 'vitest'
import { Admission } from '../../src/cache/admission.ts'
import { manualClock } from '@redstart/testing'
import { counter, open } from './instance.ts'

describe('admission by minHits', () => {
  const options = { admission: { minHits: 2 } }

  it('stores what is asked for a second time', async () => {
    const { cache, of } = open()
    const load = counter()
    const read = (): Promise<number> => cache.getOrSet('menu:1', load, options)
    expect([await read(), await read(), await read()]).toEqual([1, 2, 2])
    expect(of('cache.write').map(({ outcome }) => outcome)).toEqual(['not-admitted', 'stored'])
  })

  it('counts each of several that wait for one load', async () => {
    const { cache } = open()
    const load = counter()
    await Promise.all([1, 2].map(() => cache.getOrSet('menu:1', load, options)))
    expect(await cache.has('menu:1')).toBe(true)
  })

  it('refreshes what is stored already', async () => {
    const { cache, clock } = open()
    await cache.set('menu:1', 'old', { ttl: '1h', stale: '1h' })
    await clock.advanceAsync(3_600_000)
    expect(await cache.getOrSet('menu:1', () => 'new', options)).toBe('old')
    await clock.advanceAsync(0)
    expect(await cache.get('menu:1')).toBe('new')
    expect(await cache.getOrSet('menu:2', () => 'new', { ...options, refresh: true })).toBe('new')
    expect(await cache.has('menu:2')).toBe(true)
  })

  it('forgets after a while', async () => {
    const clock = manualClock()
    const admission = new Admission(clock)
    admission.asked('menu:1')
    clock.advance(600_000)
    admission.asked('menu:1')
    expect(admission.hits('menu:1')).toBe(2)
    clock.advance(600_000)
    expect(admission.hits('menu:1')).toBe(1)
    clock.advance(1_200_000)
    expect(admission.hits('menu:1')).toBe(0)
  })

  it('is bounded: many other keys push one out', () => {
    const admission = new Admission(manualClock())
    admission.asked('menu:1')
    for (let key = 0; key < 9_999; key++) admission.asked(`menu:other:${key}`)
    expect(admission.hits('menu:1')).toBe(1)
    for (let key = 0; key < 10_001; key++) admission.asked(`menu:another:${key}`)
    expect(admission.hits('menu:1')).toBe(0)
  })
})

describe('admission by minCostMs', () => {
  const options = { admission: { minCostMs: 50 } }

  it('stores what took at least so long', async () => {
    const { cache, clock } = open()
    const load = (ms: number) => (): Promise<string> =>
      new Promise((resolve) => clock.schedule(ms, () => resolve(`after ${ms} ms`)))
    const quick = cache.getOrSet('menu:1', load(49), options)
    const slow = cache.getOrSet('menu:2', load(50), options)
    await clock.advanceAsync(50)
    expect([await quick, await slow]).toEqual(['after 49 ms', 'after 50 ms'])
    expect([await cache.has('menu:1'), await cache.has('menu:2')]).toEqual([false, true])
  })
})
