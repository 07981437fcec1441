import { describe, expect, it } from 'vitest'
import { type Backend, type CacheStore, type ReadReply, RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { boundStore } from '../cache/bound-store.ts'
import { heldLoader, open } from '../cache/instance.ts'

/** Memory whose troubles a test makes: it can be out of reach, and the hints of one store can get lost. */
interface Troubled {
  readonly backend: Backend
  /** Every call is refused from now on, or none any more. */
  reachable: boolean
  /** Hints get lost from now on, or none any more. */
  hints: boolean
}

function troubled(inner: Backend = memory()): Troubled {
  const state = { reachable: true, hints: true }
  const checked =
    <Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (!state.reachable) throw new RedstartError('STORE_UNAVAILABLE', 'out of reach')
      return call(...args)
    }
  const backend: Backend = {
    name: 'troubled',
    cache(context): CacheStore {
      const store = inner.cache(context)
      return {
        ...boundStore(store),
        read: checked<Parameters<CacheStore['read']>, ReadReply>(store.read.bind(store)),
        write: checked(store.write.bind(store)),
        invalidate: checked(store.invalidate.bind(store)),
        subscribe: (listener) => store.subscribe((hint) => state.hints && listener(hint)),
      }
    },
  }
  return Object.assign(state, { backend })
}

const unavailable = { code: 'STORE_UNAVAILABLE', error: expect.objectContaining({ message: 'out of reach' }) }
const place = { namespace: 'menu', key: 'menu:1' }

describe('an outage is told:', () => {
  it('the read that failed, why nothing was found, and that no write is tried', async () => {
    const trouble = troubled()
    const { cache, told } = open({ backend: trouble.backend })
    trouble.reachable = false
    expect(await cache.getOrSet('menu:1', () => 'soup')).toBe('soup')
    expect(told).toEqual([
      { type: 'store.error', operation: 'read', ...unavailable },
      { type: 'store.degraded', operation: 'read', code: 'STORE_UNAVAILABLE' },
      { type: 'cache.miss', ...place, reason: 'outage' },
      { type: 'cache.load', ...place, outcome: 'loaded', background: false, milliseconds: 0 },
      { type: 'cache.write', ...place, outcome: 'unreached', bytes: 0, rawBytes: 0 },
    ])
    expect(cache.stats().namespaces['menu']).toMatchObject({ writes: 0, unstored: 1 })
  })

  it('the write that failed', async () => {
    const trouble = troubled()
    const { cache, told, clock } = open({ backend: trouble.backend })
    const { load, calls } = heldLoader<string>()
    const read = cache.getOrSet('menu:1', load)
    await clock.advanceAsync(1)
    trouble.reachable = false
    calls[0]?.pass('soup')
    expect(await read).toBe('soup')
    expect(told.slice(-3)).toEqual([
      { type: 'store.error', operation: 'write', ...unavailable },
      { type: 'store.degraded', operation: 'write', code: 'STORE_UNAVAILABLE' },
      {
        type: 'cache.write',
        ...place,
        outcome: 'unreached',
        bytes: expect.any(Number),
        rawBytes: expect.any(Number),
        error: unavailable.error,
      },
    ])
    expect(cache.stats().namespaces['menu']).toMatchObject({ writes: 0, unstored: 1 })
  })

  it('the invalidation that waits, and that it got through later', async () => {
    const trouble = troubled()
    const { cache, invalidate, of } = open({ backend: trouble.backend })
    await cache.set('menu:1', 'soup', { tags: ['soups'] })
    trouble.reachable = false
    expect(await invalidate({ tags: ['soups', 'salads'] })).toEqual({ reached: 'here' })
    expect(of('cache.invalidate').at(-1)).toMatchObject({
      names: ['t:soups', 't:salads'],
      reached: 'here',
      remote: false,
    })
    expect(of('store.error')).toEqual([{ type: 'store.error', operation: 'invalidate', ...unavailable }])
    expect(cache.stats().pendingInvalidations).toBe(2)
    trouble.reachable = true
    expect(await cache.get('menu:1')).toBeUndefined()
    expect(of('pending.replayed')).toEqual([{ type: 'pending.replayed', names: 2 }])
    expect(cache.stats().pendingInvalidations).toBe(0)
  })

  it('too many invalidations that wait: everything is invalidated in their place', async () => {
    const trouble = troubled()
    const { cache, invalidate, of, clock } = open({ backend: trouble.backend })
    const other = open({ backend: trouble.backend, clock })
    await cache.set('orders:1', 'old')
    expect(await other.cache.get('orders:1')).toBe('old')
    trouble.reachable = false
    const tags = (from: number): string[] => Array.from({ length: 5001 }, (_, n) => `tag-${from + n}`)
    expect(await invalidate({ tags: tags(0) })).toEqual({ reached: 'here' })
    expect(await invalidate({ tags: tags(5001) })).toEqual({ reached: 'here' })
    expect(of('pending.overflow')).toEqual([{ type: 'pending.overflow', names: 5001 }])
    trouble.reachable = true
    expect(await cache.get('orders:1')).toBeUndefined()
    expect(await other.cache.get('orders:1')).toBeUndefined()
  })

  it('to its caller, where he wanted it everywhere: NOT_REACHED, and it is sent all the same', async () => {
    const trouble = troubled()
    const { cache, invalidate } = open({ backend: trouble.backend })
    await cache.set('menu:1', 'old')
    trouble.reachable = false
    await expect(invalidate({ keys: ['menu:1'] }, { require: 'all' })).rejects.toMatchObject({
      code: 'NOT_REACHED',
      message: expect.stringMatching(
        /^the invalidation of 1 names did not reach the backend; it holds here and is sent again/,
      ),
    })
    trouble.reachable = true
    expect(await cache.get('menu:1')).toBeUndefined()
  })
})

describe('that the backend stops answering, and answers again, is told once each:', () => {
  it('by reads', async () => {
    const trouble = troubled()
    const { cache, of, clock, events } = open({ backend: trouble.backend })
    const changes: string[] = []
    events.on('degraded', ({ operation, code }) => void changes.push(`${operation} ${code}`))
    events.on('recovered', ({ milliseconds }) => void changes.push(`again after ${milliseconds} ms`))
    await cache.get('menu:1')
    trouble.reachable = false
    for (const key of ['menu:1', 'menu:2', 'menu:3']) await cache.get(key)
    expect(changes).toEqual(['read STORE_UNAVAILABLE'])
    await clock.advanceAsync(700)
    trouble.reachable = true
    for (const key of ['menu:1', 'menu:2', 'menu:3']) await cache.get(key)
    expect(changes).toEqual(['read STORE_UNAVAILABLE', 'again after 700 ms'])
    trouble.reachable = false
    await cache.get('menu:1')
    expect([of('store.error').length, changes.length]).toEqual([4, 3])
  })

  it('by an invalidation that waits, once it and all others have been sent', async () => {
    const trouble = troubled()
    const { cache, invalidate, told, clock } = open({ backend: trouble.backend })
    await cache.get('menu:1')
    trouble.reachable = false
    await invalidate({ tags: ['a'] })
    await invalidate({ tags: ['b'] }, { strategy: 'lazy' })
    trouble.reachable = true
    const before = told.length
    await clock.advanceAsync(100)
    expect(told.slice(before)).toEqual([
      { type: 'pending.replayed', names: 2 },
      { type: 'store.recovered', milliseconds: 100 },
    ])
  })

  it('not by an answer to what was asked before', async () => {
    const backend = memory()
    const answer = heldLoader<void>()
    const state = { held: false, failing: false }
    const { cache, of, clock } = open({
      backend: {
        name: 'held',
        cache(context) {
          const store = backend.cache(context)
          return {
            ...boundStore(store),
            async read(request, timeout) {
              if (state.failing) throw new RedstartError('STORE_TIMEOUT', 'no answer')
              if (state.held) await answer.load()
              return store.read(request, timeout)
            },
          }
        },
      },
    })
    await cache.get('menu:1')
    state.held = true
    const early = cache.get('menu:1')
    await clock.advanceAsync(1)
    state.failing = true
    await cache.get('menu:2')
    answer.calls[0]?.pass()
    await early
    expect([of('store.degraded').length, of('store.recovered').length]).toEqual([1, 0])
    Object.assign(state, { failing: false, held: false })
    await cache.get('menu:2')
    expect(of('store.recovered')).toHaveLength(1)
  })

  it('not by an error that the backend answers with', async () => {
    const backend = memory()
    const { cache, of } = open({
      backend: {
        name: 'full',
        cache: (context) => ({
          ...boundStore(backend.cache(context)),
          write: () => Promise.reject(new RedstartError('STORE_FAILED', 'OOM')),
        }),
      },
    })
    await cache.getOrSet('menu:1', () => 1)
    expect([of('store.error').length, of('store.degraded').length]).toEqual([1, 0])
  })
})

describe('a view that begins anew is told:', () => {
  it('after hints that got lost, and what they hit is gone', async () => {
    const backend = memory()
    const trouble = troubled(backend)
    const one = open({ backend: trouble.backend })
    const two = open({ backend, clock: one.clock })
    await one.cache.set('menu:1', 'old', { tags: ['soups'] })
    await one.cache.set('menu:2', 'kept')
    trouble.hints = false
    await two.invalidate({ tags: ['soups'] })
    expect(await one.cache.get('menu:1')).toBe('old')
    await one.clock.advanceAsync(5001)
    const reads = Promise.all([one.cache.get('menu:1'), one.cache.get('menu:2')])
    await one.clock.advanceAsync(5)
    expect(await reads).toEqual([undefined, 'kept'])
    expect(one.of('view.reset')).toEqual([
      { type: 'view.reset', reason: 'first' },
      { type: 'view.reset', reason: 'gap' },
    ])
    expect(one.of('cache.miss')).toMatchObject([{ key: 'menu:1', reason: 'invalidated' }])
  })
})

it('a write that another instance has outrun is told', async () => {
  const backend = memory()
  const one = open({ backend })
  const two = open({ backend, clock: one.clock })
  const { load, calls } = heldLoader<string>()
  const read = one.cache.getOrSet('menu:1', load)
  await one.clock.advanceAsync(1)
  await two.invalidate({ tags: ['other'] })
  await two.cache.getOrSet('menu:1', () => 'newer')
  calls[0]?.pass('older')
  await read
  expect(one.of('cache.write')).toMatchObject([{ outcome: 'outranked' }])
  expect(await open({ backend, clock: one.clock }).cache.get('menu:1')).toBe('newer')
})
