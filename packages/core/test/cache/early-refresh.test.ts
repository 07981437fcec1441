import { describe, expect, it } from 'vitest'
import { refreshAt } from '../../src/cache/early-refresh.ts'
import { memory } from '../../src/memory/index.ts'
import { counter, heldLoader, open } from './instance.ts'

describe('earlyRefresh by a share of the ttl', () => {
  const options = { ttl: '10s', earlyRefresh: 0.8 } as const

  it('refreshes in the background from that share on, once, while the entry is served fresh', async () => {
    const { cache, clock, of } = open()
    await cache.getOrSet('menu:1', () => 'old', options)
    const { load, calls } = heldLoader<string>()
    const read = (): Promise<string> => cache.getOrSet('menu:1', load, options)
    await clock.advanceAsync(7999)
    expect(await read()).toBe('old')
    await clock.advanceAsync(0)
    expect(calls).toHaveLength(0)
    await clock.advanceAsync(1)
    for (let n = 0; n < 5; n++) expect(await read()).toBe('old')
    await clock.advanceAsync(500)
    expect(await read()).toBe('old')
    expect(calls).toHaveLength(1)
    calls[0]?.pass('new')
    await clock.advanceAsync(0)
    expect(await read()).toBe('new')
    expect(of('cache.hit').every(({ stale }) => !stale)).toBe(true)
    expect(of('cache.load').map(({ background }) => background)).toEqual([false, true])
  })

  it('tries again after a pause when it failed, and not before', async () => {
    const { cache, clock } = open()
    await cache.getOrSet('menu:1', () => 'old', options)
    let loads = 0
    const failing = (): Promise<never> => Promise.reject(new Error(`failure ${++loads}`))
    await clock.advanceAsync(8000)
    for (let ms = 0; ms < 900; ms += 100) {
      expect(await cache.getOrSet('menu:1', failing, options)).toBe('old')
      await clock.advanceAsync(100)
    }
    expect(loads).toBe(1)
    await clock.advanceAsync(101)
    expect(await cache.getOrSet('menu:1', failing, options)).toBe('old')
    await clock.advanceAsync(0)
    expect(loads).toBe(2)
  })

  it('is of one of two instances over one backend, and the other finds what it stored', async () => {
    const backend = memory()
    const one = open({ backend, random: () => 0 })
    const two = open({ backend, clock: one.clock, random: () => 0 })
    await one.cache.getOrSet('menu:1', () => 'old', options)
    await two.cache.getOrSet('menu:1', () => 'never', options)
    await one.clock.advanceAsync(8000)
    const { load, calls } = heldLoader<string>()
    for (const { cache } of [one, two]) expect(await cache.getOrSet('menu:1', load, options)).toBe('old')
    await one.clock.advanceAsync(10)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('new')
    await one.clock.advanceAsync(100)
    for (const { cache } of [one, two]) {
      await cache.getOrSet('menu:1', load, options)
      await one.clock.advanceAsync(1)
      expect(await cache.getOrSet('menu:1', load, options)).toBe('new')
    }
    expect(calls).toHaveLength(1)
  })

  it('is of what was set, too, and of what another instance stored', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock, namespaces: { menu: options } })
    await two.cache.set('menu:1', 'set', { ttl: '10s' })
    await one.cache.set('menu:2', 'set', { ttl: '10s' })
    await two.cache.get('menu:2')
    await one.clock.advanceAsync(8000)
    const load = counter()
    await two.cache.getOrSet('menu:1', load)
    await two.cache.getOrSet('menu:2', load)
    await one.clock.advanceAsync(0)
    expect(load.calls).toBe(2)
  })

  it('leaves alone who did not ask for it', async () => {
    const { cache, clock } = open()
    await cache.getOrSet('menu:1', () => 'old', options)
    await clock.advanceAsync(9999)
    const load = counter()
    expect(await cache.getOrSet('menu:1', load, { ttl: '10s' })).toBe('old')
    expect(await cache.get('menu:1')).toBe('old')
    await clock.advanceAsync(0)
    expect(load.calls).toBe(0)
  })
})

describe("earlyRefresh 'xfetch'", () => {
  it('comes before the end by the duration of the load times an exponential draw', () => {
    const entry = { loaded: 0, cost: 100, freshUntil: 10_000 }
    expect(refreshAt(entry, 'xfetch', () => 0)).toBe(10_000)
    expect(refreshAt(entry, 'xfetch', () => 1 - Math.exp(-1))).toBeCloseTo(9900)
    expect(refreshAt(entry, 'xfetch', () => 1 - Math.exp(-5))).toBeCloseTo(9500)
    expect(refreshAt(entry, false, () => 0.5)).toBe(10_000)
  })

  it('is the moment at which the published condition becomes true', () => {
    const { cost, freshUntil } = { cost: 250, freshUntil: 10_000 }
    for (const drawn of [0.01, 0.3, 0.9, 0.999]) {
      const at = refreshAt({ loaded: 0, cost, freshUntil }, 'xfetch', () => 1 - drawn)
      const due = (now: number): boolean => now - cost * Math.log(drawn) >= freshUntil
      expect([due(at - 0.001), due(at + 0.001)]).toEqual([false, true])
    }
  })

  it('is drawn once for an entry: many reads make no refresh more likely', async () => {
    let draws = 0
    const { cache, clock } = open({ random: () => (draws++, 1 - Math.exp(-2)) })
    const options = { ttl: '10s', earlyRefresh: 'xfetch' } as const
    const slow = cache.getOrSet(
      'menu:1',
      () => new Promise((resolve) => clock.schedule(1000, () => resolve('old'))),
      options,
    )
    await clock.advanceAsync(1000)
    await slow
    const drawn = draws
    const load = counter()
    await clock.advanceAsync(7999)
    for (let n = 0; n < 100; n++) await cache.getOrSet('menu:1', load, options)
    await clock.advanceAsync(0)
    expect([draws, load.calls]).toEqual([drawn, 0])
    await clock.advanceAsync(1)
    await cache.getOrSet('menu:1', load, options)
    await clock.advanceAsync(0)
    expect(load.calls).toBe(1)
  })
})
