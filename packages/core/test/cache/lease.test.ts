import { describe, expect, it } from 'vitest'
import type { LoadContext } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { heldLoader, open, type Watched } from './instance.ts'

const OPTIONS = { lease: true } as const

function fleet(size: number): Watched[] {
  const backend = memory()
  const first = open({ backend, random: () => 0.5 })
  return [first, ...Array.from({ length: size - 1 }, () => open({ backend, clock: first.clock, random: () => 0.5 }))]
}

describe('with a lease', () => {
  it('one of several instances loads, and the others get what it stored', async () => {
    const instances = fleet(4)
    const [{ clock } = expect.fail()] = instances
    const { load, calls } = heldLoader<string>()
    const reads = Promise.all(
      instances.flatMap(({ cache }) => [1, 2, 3].map(() => cache.getOrSet('menu:1', load, OPTIONS))),
    )
    await clock.advanceAsync(500)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('soup')
    await clock.advanceAsync(100)
    expect(new Set(await reads)).toEqual(new Set(['soup']))
    expect(calls).toHaveLength(1)
    expect(clock.pending()).toBe(0)
  })

  it('the next one loads when the first one failed', async () => {
    const instances = fleet(3)
    const [{ clock } = expect.fail()] = instances
    const { load, calls } = heldLoader<string>()
    const reads = Promise.allSettled(instances.map(({ cache }) => cache.getOrSet('menu:1', load, OPTIONS)))
    await clock.advanceAsync(500)
    calls[0]?.fail(new Error('gone'))
    await clock.advanceAsync(100)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('soup')
    await clock.advanceAsync(100)
    const outcomes = (await reads).map((read) => (read.status === 'fulfilled' ? read.value : 'failed'))
    expect(outcomes.sort()).toEqual(['failed', 'soup', 'soup'])
  })

  it('one that was killed is waited for until its claim is over', async () => {
    const [instance = expect.fail()] = fleet(1)
    const { cache, clock } = instance
    const backend = memory()
    const other = open({ backend, clock })
    const store = backend.cache({ app: 'redstart', clock })
    await store.claim({ path: 'menu:1', token: 'of one that was killed', ttl: 10_000, patient: false }, 100)
    const { load, calls } = heldLoader<string>()
    const read = other.cache.getOrSet('menu:1', load, OPTIONS)
    await clock.advanceAsync(9900)
    expect(calls).toHaveLength(0)
    await clock.advanceAsync(200)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('soup')
    expect(await read).toBe('soup')
    expect(await cache.get('menu:1')).toBeUndefined()
  })

  it('nobody waits longer than for a load', async () => {
    const [one = expect.fail(), two = expect.fail()] = fleet(2)
    const { load, calls } = heldLoader<string>()
    void one.cache.getOrSet('menu:1', load, { ...OPTIONS, loadTimeout: '1h' })
    await one.clock.advanceAsync(10)
    const read = two.cache.getOrSet('menu:1', load, { ...OPTIONS, loadTimeout: '2s' })
    await one.clock.advanceAsync(1900)
    expect(calls).toHaveLength(1)
    await one.clock.advanceAsync(200)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('two')
    expect(await read).toBe('two')
    calls[0]?.pass('one')
    await one.clock.advanceAsync(0)
  })

  it('a pause after failed refreshes keeps nobody from a missing entry', async () => {
    const backend = memory()
    const { cache, clock, invalidate } = open({ backend })
    const options = { ttl: '10s', stale: '1h', ...OPTIONS } as const
    await cache.getOrSet('menu:1', () => 'old', options)
    await clock.advanceAsync(10_000)
    await cache.getOrSet('menu:1', () => Promise.reject(new Error('gone')), options)
    await clock.advanceAsync(1)
    await invalidate({ keys: ['menu:1'] })
    expect(await cache.getOrSet('menu:1', () => 'new', options)).toBe('new')
  })

  it('who leaves stops waiting, and the claim of an abandoned load is given back', async () => {
    const [one = expect.fail(), two = expect.fail()] = fleet(2)
    const { load, calls } = heldLoader<string>()
    const [first, second] = [new AbortController(), new AbortController()]
    const reads = [
      one.cache.getOrSet('menu:1', load, { ...OPTIONS, signal: first.signal }).catch(() => 'left'),
      two.cache.getOrSet('menu:1', load, { ...OPTIONS, signal: second.signal }).catch(() => 'left'),
    ]
    await one.clock.advanceAsync(100)
    second.abort()
    await one.clock.advanceAsync(100)
    first.abort()
    expect(await Promise.all(reads)).toEqual(['left', 'left'])
    await one.clock.advanceAsync(100)
    expect(calls).toHaveLength(1)
    const again = two.cache.getOrSet('menu:1', load, OPTIONS)
    await one.clock.advanceAsync(1)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('soup')
    expect(await again).toBe('soup')
  })

  it('an invalidation meanwhile is seen by who waited', async () => {
    const [one = expect.fail(), two = expect.fail()] = fleet(2)
    const { load, calls } = heldLoader<string>()
    const first = one.cache.getOrSet('menu:1', load, OPTIONS)
    await one.clock.advanceAsync(10)
    await two.invalidate({ keys: ['menu:1'] })
    const second = two.cache.getOrSet('menu:1', load, OPTIONS)
    await one.clock.advanceAsync(100)
    calls[0]?.pass('old')
    expect(await first).toBe('old')
    await one.clock.advanceAsync(100)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('new')
    expect(await second).toBe('new')
  })

  it.each([
    ['its loader says so', (context: LoadContext) => context.noStore(), {}],
    ['cacheIf says so', () => undefined, { cacheIf: () => false }],
    ['it is too large', () => undefined, { maxValueBytes: 2 }],
    ['it is not asked for often enough', () => undefined, { admission: { minHits: 9 } }],
  ])('those who waited for a value that is not stored because %s load at once', async (_, say, options) => {
    const instances = fleet(4)
    const [{ clock } = expect.fail()] = instances
    const { load, calls } = heldLoader<string>()
    const told = (context: LoadContext): Promise<string> => {
      say(context)
      return load()
    }
    const reads = instances.map(({ cache }) => cache.getOrSet('menu:1', told, { ...OPTIONS, ...options }))
    await clock.advanceAsync(300)
    expect(calls).toHaveLength(1)
    calls[0]?.pass('first')
    await clock.advanceAsync(100)
    expect(calls).toHaveLength(4)
    for (const call of calls) call.pass('each its own')
    expect(await Promise.all(reads)).toContain('first')
    // And do not wait for each other again as soon as somebody asks anew.
    const again = instances.map(({ cache }) => cache.getOrSet('menu:1', told, { ...OPTIONS, ...options }))
    await clock.advanceAsync(1)
    expect(calls).toHaveLength(8)
    for (const call of calls) call.pass('again')
    await Promise.all(again)
  })

  it('they wait for each other again a second later', async () => {
    const instances = fleet(2)
    const [{ clock } = expect.fail()] = instances
    const { load, calls } = heldLoader<string>()
    const [first = expect.fail()] = instances
    const declined = first.cache.getOrSet('menu:1', load, { ...OPTIONS, cacheIf: () => false })
    await clock.advanceAsync(0)
    calls[0]?.pass('not stored')
    expect(await declined).toBe('not stored')
    await clock.advanceAsync(1000)
    const reads = instances.map(({ cache }) => cache.getOrSet('menu:1', load, OPTIONS))
    await clock.advanceAsync(300)
    expect(calls).toHaveLength(2)
    calls[1]?.pass('stored')
    await clock.advanceAsync(100)
    expect(await Promise.all(reads)).toEqual(['stored', 'stored'])
  })
})
