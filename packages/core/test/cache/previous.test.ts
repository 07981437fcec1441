import { describe, expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import type { LoadContext } from '../../src/index.ts'
import { unreliable } from './unreliable.ts'
import { open, type Watched } from './instance.ts'
import { describePrevious } from './previous.ts'

describePrevious('memory', () => ({ backend: memory(), app: 'previous' }))

const again = (context: LoadContext): string => context.unchanged<string>()

describe('an unchanged value', () => {
  const first = (instance: Watched, say: (context: LoadContext) => void, options = {}): Promise<string> =>
    instance.cache.getOrSet(
      'api:rows',
      (context) => {
        say(context)
        return 'rows'
      },
      options,
    )

  it('lives as long as its own load had said, again and again', async () => {
    const here = open()
    await first(here, (context) => context.ttl('10m'), { ttl: '1s' })
    let loads = 0
    const asked = (context: LoadContext): string => {
      loads += 1
      return again(context)
    }
    for (const time of [1, 2, 3]) {
      here.clock.advance(599_999)
      expect(await here.cache.getOrSet('api:rows', asked, { ttl: '1s' })).toBe('rows')
      here.clock.advance(1)
      expect(loads).toBe(time - 1)
      expect(await here.cache.getOrSet('api:rows', asked, { ttl: '1s' })).toBe('rows')
      expect(loads).toBe(time)
    }
  })

  it('does so where loads take their time, and were made in another process', async () => {
    const backend = memory()
    const here = open({ backend })
    await first(here, (context) => context.ttl('10m'))
    for (const took of [0.4, 7.7, 250.5, 0.3, 1.6, 0.9, 0.5, 0.2, 0.4, 0.4]) {
      const other = open({ backend, clock: here.clock })
      expect(await other.cache.getOrSet('api:rows', again)).toBe('rows')
      const slow = (context: LoadContext): string => {
        here.clock.advance(took)
        return again(context)
      }
      expect(await other.cache.getOrSet('api:rows', slow, { refresh: true })).toBe('rows')
      const { fresh = 0 } = (await other.cache.ttl('api:rows')) ?? {}
      expect(Math.abs(fresh - 600_000)).toBeLessThan(1.5)
    }
  })

  it('is stale for as long as its own load had said', async () => {
    const here = open()
    await first(here, (context) => context.stale('5m'), { ttl: '1s', stale: '1h' })
    await here.cache.getOrSet('api:rows', again, { refresh: true, ttl: '1s', stale: '1h' })
    expect(await here.cache.ttl('api:rows')).toEqual({ fresh: 1000, stale: 301_000 })
  })

  it('lives otherwise where its loader says so', async () => {
    const here = open()
    await first(here, (context) => context.ttl('10m'))
    const longer = (context: LoadContext): string => {
      context.ttl('20m')
      context.stale('1m')
      return again(context)
    }
    await here.cache.getOrSet('api:rows', longer, { refresh: true })
    expect(await here.cache.ttl('api:rows')).toEqual({ fresh: 1_200_000, stale: 1_260_000 })
  })

  it('is not shortened at random each time', async () => {
    const here = open({ random: () => 1 })
    await first(here, () => undefined, { ttl: '10s', jitter: 0.5 })
    for (let time = 0; time < 2; time += 1)
      await here.cache.getOrSet('api:rows', again, { refresh: true, ttl: '10s', jitter: 0.5 })
    expect(await here.cache.ttl('api:rows')).toMatchObject({ fresh: 5000 })
  })

  it('is fresh again after a lazy invalidation that its load has answered', async () => {
    const here = open()
    await first(here, (context) => context.tags('rows'))
    await here.invalidate({ tags: ['rows'] }, { strategy: 'lazy' })
    const options = { staleWhileRevalidate: false }
    expect(await here.cache.getOrSet('api:rows', again, options)).toBe('rows')
    expect(await here.cache.getOrSet('api:rows', () => 'new', options)).toBe('rows')
    await here.invalidate({ tags: ['rows'] }, { strategy: 'lazy' })
    expect(await here.cache.getOrSet('api:rows', () => 'new', options)).toBe('new')
  })
})

describe('a value made of the one before', () => {
  it('is no younger than that while the backend is away', async () => {
    const control = unreliable()
    const here = open({ backend: control.backend, maxStaleness: 1000 })
    await here.cache.getOrSet('api:rows', () => 'old')
    control.away = true
    here.clock.advance(800)
    expect(await here.cache.getOrSet('api:rows', again, { refresh: true })).toBe('old')
    here.clock.advance(150)
    expect(await here.cache.getOrSet('api:rows', () => 'new')).toBe('old')
    here.clock.advance(100)
    expect(await here.cache.getOrSet('api:rows', () => 'new')).toBe('new')
  })

  it('is handed on and not stored once it hangs on more than an entry may', async () => {
    const here = open()
    const value = async (round: number): Promise<unknown> =>
      here.cache.getOrSet(
        'log:1',
        ({ previous, tags }) => {
          tags(...Array.from({ length: 60 }, (_, n) => `round:${round}:${n}`))
          return [...((previous?.value as number[] | undefined) ?? []), round]
        },
        { refresh: true },
      )
    for (let round = 0; round < 20; round += 1) await value(round)
    expect(here.of('cache.write').map(({ outcome }) => outcome)).toContain('too-many-tags')
    const stored = (await here.cache.get('log:1')) as number[]
    expect(stored).toHaveLength(17)
    for (const round of [0, 16]) {
      await here.cache.getOrSet('log:1', again, { refresh: true })
      await here.invalidate({ tags: [`round:${round}:59`] })
      expect(await here.cache.get('log:1')).toBeUndefined()
      if (round === 0) await value(16)
    }
  })

  it('whose load failed is remembered with what that hung on', async () => {
    const here = open()
    await here.cache.getOrSet('api:rows', () => 'old', { tags: ['rows'] })
    const failing = ({ previous }: LoadContext): string => {
      throw new Error(`cannot go on from ${String(previous?.value)}`)
    }
    const options = { errorTtl: '1h', refresh: true } as const
    await expect(here.cache.getOrSet('api:rows', failing, options)).rejects.toThrow('from old')
    await here.cache.delete('api:other')
    await here.invalidate({ tags: ['rows'] })
    expect(await here.cache.getOrSet('api:rows', () => 'new', { errorTtl: '1h' })).toBe('new')
  })
})
