import { describe, expect, it } from 'vitest'
import type { LoadContext } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { counter, open, type Watched } from './instance.ts'

const OPTIONS = { ttl: '10s', stale: '1h' } as const

interface Vain {
  /** Why what a refresh loads is not stored. */
  readonly options?: object
  readonly say?: (context: LoadContext) => void
  readonly value?: unknown
}

const VAIN: readonly (readonly [why: string, vain: Vain])[] = [
  ['its loader says so', { say: (context) => context.noStore() }],
  ['cacheIf says so', { options: { cacheIf: () => false } }],
  ['it is too large', { options: { maxValueBytes: 10 }, value: 'x'.repeat(20) }],
  ['nothing of its kind can be', { value: () => 'a function' }],
]

describe.each(VAIN)('a refresh whose value is not stored because %s', (_, { options = {}, say, value = 'new' }) => {
  const reader = ({ cache }: Watched, loads: () => number, life: object = OPTIONS): (() => Promise<unknown>) => {
    let reads = 0
    return (): Promise<unknown> => {
      reads += 1
      if (reads === 1) return cache.getOrSet('menu:1', () => 'old', life)
      const load = (context: LoadContext): unknown => {
        loads()
        say?.(context)
        return value
      }
      return cache.getOrSet('menu:1', load, { ...life, ...options })
    }
  }

  it('leaves what there is in service, and pauses, for longer each time', async () => {
    const here = open()
    const loads = counter()
    const read = reader(here, loads)
    await read()
    await here.clock.advanceAsync(10_000)
    const times: number[] = []
    for (let second = 0; second < 8; second += 0.1) {
      const before = loads.calls
      expect(await read()).toBe('old')
      await here.clock.advanceAsync(100)
      if (loads.calls > before) times.push(Math.round(second))
    }
    expect(times).toEqual([0, 1, 3, 7])
    await here.close()
  })

  it('pauses on every instance', async () => {
    const backend = memory()
    const one = open({ backend })
    const two = open({ backend, clock: one.clock })
    const loads = counter()
    const reads = [reader(one, loads), reader(two, loads)]
    for (const read of reads) await read()
    await one.clock.advanceAsync(10_000)
    for (let n = 0; n < 9; n += 1) {
      for (const read of reads) {
        expect(await read()).toBe('old')
        await one.clock.advanceAsync(50)
      }
    }
    expect(loads.calls).toBe(1)
  })

  it('pauses where it came early', async () => {
    const here = open()
    const loads = counter()
    const read = reader(here, loads, { ...OPTIONS, earlyRefresh: 0.5 })
    await read()
    await here.clock.advanceAsync(6000)
    for (let n = 0; n < 9; n += 1) {
      expect(await read()).toBe('old')
      await here.clock.advanceAsync(100)
    }
    expect(loads.calls).toBe(1)
  })

  it('does not lengthen the time for which it is served', async () => {
    const here = open()
    const read = reader(here, counter(), { ttl: '10s', stale: '30s' })
    await read()
    await here.clock.advanceAsync(10_000)
    for (let n = 0; n < 30; n += 1) {
      expect(await read()).toBe('old')
      await here.clock.advanceAsync(1000)
    }
    expect(await read()).toBe(value)
  })
})

it('a read that waits for its load loads each time, as long as nothing is stored', async () => {
  const here = open()
  const loads = counter()
  const options = { ...OPTIONS, staleWhileRevalidate: false }
  await here.cache.getOrSet('menu:1', () => 'old', options)
  await here.clock.advanceAsync(10_000)
  for (const time of [1, 2, 3]) {
    const read = here.cache.getOrSet('menu:1', loads, { ...options, cacheIf: () => false })
    expect(await read).toBe(time)
  }
})

it('the pause ends with a refresh that is stored', async () => {
  const here = open()
  await here.cache.getOrSet('menu:1', () => 'old', OPTIONS)
  await here.clock.advanceAsync(10_000)
  await here.cache.getOrSet('menu:1', () => 'new', { ...OPTIONS, cacheIf: () => false })
  await here.clock.advanceAsync(1000)
  await here.cache.getOrSet('menu:1', () => 'new', OPTIONS)
  await here.clock.advanceAsync(1)
  expect(await here.cache.getOrSet('menu:1', () => 'newer', OPTIONS)).toBe('new')
  await here.clock.advanceAsync(10_000)
  await here.cache.getOrSet('menu:1', () => 'newer', OPTIONS)
  await here.clock.advanceAsync(1)
  expect(await here.cache.getOrSet('menu:1', () => 'newest', OPTIONS)).toBe('newer')
})
