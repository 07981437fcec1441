import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { counter, heldLoader, open, type Watched } from './instance.ts'

const OPTIONS = { ttl: '10s', stale: '1h' } as const

async function withStaleEntry(options: Parameters<typeof open>[0] = {}): Promise<Watched> {
  const instance = open({ random: () => 0, ...options })
  await instance.cache.getOrSet('menu:1', () => 'old', OPTIONS)
  await instance.clock.advanceAsync(10_000)
  return instance
}

/** Reads once in so many ms, and tells at which ms a load began. */
async function loadsOver(total: number, step: number, instances: readonly Watched[]): Promise<number[]> {
  const [{ clock } = expect.fail('no instance')] = instances
  const begun = clock.now()
  const loads: number[] = []
  const failing = (): Promise<never> => {
    loads.push(clock.now() - begun)
    return Promise.reject(new Error('gone'))
  }
  for (let ms = 0; ms < total; ms += step) {
    for (const { cache } of instances) expect(await cache.getOrSet('menu:1', failing, OPTIONS)).toBe('old')
    await clock.advanceAsync(step)
  }
  return loads
}

describe('a stale entry whose refresh fails', () => {
  it('is tried again after 1 s, 2 s, 4 s and so on', async () => {
    const instance = await withStaleEntry()
    const loads = await loadsOver(40_000, 250, [instance])
    expect(loads).toEqual([0, 1000, 3000, 7000, 15_000, 31_000])
  })

  it('is tried once a minute in the end', async () => {
    const instance = await withStaleEntry()
    const loads = await loadsOver(400_000, 1000, [instance])
    const pauses = loads.slice(1).map((at, n) => at - (loads[n] ?? 0))
    expect(pauses.slice(-3)).toEqual([60_000, 60_000, 60_000])
  })

  it('is tried by one of several instances over one backend, at a shared pace', async () => {
    const backend = memory()
    const one = await withStaleEntry({ backend })
    const others = [1, 2].map(() => open({ backend, clock: one.clock, random: () => 0 }))
    const loads = await loadsOver(32_000, 50, [one, ...others])
    expect(loads).toEqual([0, 1000, 3000, 7000, 15_000, 31_000])
  })

  it('is tried at once again after one that succeeded', async () => {
    const instance = await withStaleEntry()
    await loadsOver(4000, 1000, [instance])
    await instance.clock.advanceAsync(3000)
    expect(await instance.cache.getOrSet('menu:1', () => 'old', OPTIONS)).toBe('old')
    await instance.clock.advanceAsync(10_000)
    expect(await loadsOver(2000, 250, [instance])).toEqual([0, 1000])
  })

  it('may begin with another pause', async () => {
    const instance = await withStaleEntry()
    const load = counter()
    const failing = (): never => {
      load()
      throw new Error('gone')
    }
    const options = { ...OPTIONS, backOff: '5m' } as const
    await instance.cache.getOrSet('menu:1', failing, options)
    await instance.clock.advanceAsync(299_999)
    await instance.cache.getOrSet('menu:1', failing, options)
    await instance.clock.advanceAsync(1)
    expect(load.calls).toBe(1)
    await instance.cache.getOrSet('menu:1', failing, options)
    await instance.clock.advanceAsync(0)
    expect(load.calls).toBe(2)
  })
})

describe('a stale entry that another instance refreshes', () => {
  it('is served, and looked for again after about the time that its load took', async () => {
    const backend = memory()
    const one = await withStaleEntry({ backend })
    const two = open({ backend, clock: one.clock, random: () => 0 })
    const { load, calls } = heldLoader<string>()
    for (const { cache } of [one, two]) expect(await cache.getOrSet('menu:1', load, OPTIONS)).toBe('old')
    await one.clock.advanceAsync(20)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('new')
    await one.clock.advanceAsync(10)
    expect(await two.cache.getOrSet('menu:1', load, OPTIONS)).toBe('old')
    await one.clock.advanceAsync(20)
    expect(await two.cache.getOrSet('menu:1', load, OPTIONS)).toBe('old')
    await one.clock.advanceAsync(1)
    expect(await two.cache.getOrSet('menu:1', load, OPTIONS)).toBe('new')
    expect(calls).toHaveLength(1)
  })

  it('is refreshed by this one when the other one is gone', async () => {
    const backend = memory()
    const one = await withStaleEntry({ backend })
    const store = backend.cache({ app: 'redstart', clock: one.clock })
    await store.claim({ path: 'menu:1', token: 'of one that was killed', ttl: 10_000, patient: true }, 100)
    const load = counter()
    for (let ms = 0; ms < 9900; ms += 100) {
      await one.cache.getOrSet('menu:1', load, OPTIONS)
      await one.clock.advanceAsync(100)
    }
    expect(load.calls).toBe(0)
    await one.clock.advanceAsync(200)
    await one.cache.getOrSet('menu:1', load, OPTIONS)
    await one.clock.advanceAsync(0)
    expect(load.calls).toBe(1)
  })

  it('has its claim renewed for as long as the loader runs', async () => {
    const backend = memory()
    const one = await withStaleEntry({ backend })
    const two = open({ backend, clock: one.clock, random: () => 0 })
    const { load, calls } = heldLoader<string>()
    const options = { ...OPTIONS, loadTimeout: '2m' } as const
    await one.cache.getOrSet('menu:1', load, options)
    for (let s = 0; s < 60; s++) {
      await one.clock.advanceAsync(1000)
      await two.cache.getOrSet('menu:1', load, options)
    }
    expect(calls).toHaveLength(1)
    calls[0]?.pass('new')
    await one.clock.advanceAsync(0)
    expect(one.clock.pending()).toBe(0)
  })
})

describe('waitUntil', () => {
  it('gets each refresh in the background, of the instance or of the call', async () => {
    const ofInstance: Promise<unknown>[] = []
    const ofCall: Promise<unknown>[] = []
    const { cache, clock } = await withStaleEntry({ waitUntil: (work) => ofInstance.push(work) })
    expect(ofInstance).toEqual([])
    await cache.getOrSet('menu:1', () => 'new', OPTIONS)
    expect(ofInstance.length).toBeGreaterThan(0)
    await Promise.all(ofInstance)
    expect(await cache.get('menu:1')).toBe('new')
    await clock.advanceAsync(10_000)
    await cache.getOrSet('menu:1', () => 'newer', { ...OPTIONS, waitUntil: (work) => ofCall.push(work) })
    expect(ofCall).toHaveLength(1)
    await Promise.all(ofCall)
    expect(await cache.get('menu:1')).toBe('newer')
  })

  it('gets promises that never reject, and may throw itself', async () => {
    const works: Promise<unknown>[] = []
    const { cache } = await withStaleEntry({
      waitUntil: (work) => {
        works.push(work)
        throw new Error('the response was sent')
      },
    })
    expect(await cache.getOrSet('menu:1', () => Promise.reject(new Error('gone')), OPTIONS)).toBe('old')
    expect(works).not.toHaveLength(0)
    await Promise.all(works)
  })

  it('is not needed for close() to wait', async () => {
    const { cache, clock, close } = await withStaleEntry()
    const { load, calls } = heldLoader<string>()
    await cache.getOrSet('menu:1', load, OPTIONS)
    await clock.advanceAsync(0)
    let closed = false
    const closing = close().then(() => (closed = true))
    await clock.advanceAsync(10)
    expect(closed).toBe(false)
    calls[0]?.pass('new')
    await closing
  })
})
