import { type Backend, type CacheStore, createRedstart, type Redstart, RedstartError } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { type ManualClock, manualClock } from '@redstart/testing'
import { describe, expect, test } from 'vitest'
import { boundStore } from './bound-store.ts'

/** A backend that can be taken away. */
function removable(): { readonly backend: Backend; away: boolean } {
  const inner = memory()
  const state = { away: false, backend: inner }
  const check = (): void => {
    if (state.away) throw new RedstartError('STORE_UNAVAILABLE', 'the test took it away')
  }
  const wrap = (store: CacheStore): CacheStore => ({
    ...boundStore(store),
    read: async (request, timeout) => (check(), store.read(request, timeout)),
    write: async (request, timeout) => (check(), store.write(request, timeout)),
    invalidate: async (request, timeout) => (check(), store.invalidate(request, timeout)),
    subscribe: (listener) => store.subscribe((hint) => state.away || listener(hint)),
  })
  state.backend = { name: 'removable', cache: (context) => wrap(inner.cache(context)) }
  return state
}

function setup(outage: 'load' | 'serve') {
  const clock: ManualClock = manualClock()
  const state = removable()
  const here: Redstart = createRedstart({ backend: state.backend, clock, maxStaleness: 100, outage })
  let loads = 0
  const read = (): Promise<number> =>
    here.cache.getOrSet('k:1', () => (loads += 1), { ttl: '1m', stale: '1m', tags: ['t'] })
  return { clock, state, here, read }
}

test('with strict consistency, a soft timeout serves nothing that the backend was not asked about', async () => {
  const clock = manualClock()
  const state = removable()
  const here = createRedstart({ clock, maxStaleness: 1000, consistency: 'strict', backend: state.backend })
  let finish: (value: string) => void = () => undefined
  const how = { ttl: 20, stale: '10s', staleWhileRevalidate: false, softTimeout: 10, tags: ['t'] } as const
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  await here.cache.getOrSet('k:1', () => 'old', how)
  clock.advance(30)
  const first = here.cache.getOrSet('k:1', () => new Promise<string>((resolve) => (finish = resolve)), how)
  await turn()
  state.away = true
  const second = here.cache.getOrSet('k:1', () => 'own', how)
  await turn()
  clock.advance(10)
  await turn()
  expect(await first).toBe('old')
  finish('new')
  expect(['new', 'own']).toContain(await second)
  state.away = false
  await here.close()
})

describe('while the backend is away', () => {
  test("'load' uses memory for no longer than maxStaleness, and then loads", async () => {
    const { clock, state, read, here } = setup('load')
    expect(await read()).toBe(1)
    state.away = true
    clock.advance(100)
    expect(await read()).toBe(1)
    clock.advance(1)
    expect(await read()).toBe(2)
    state.away = false
    await here.close()
  })

  test('what is marked stale is so at once, here', async () => {
    const { clock, state, read, here } = setup('load')
    expect(await read()).toBe(1)
    state.away = true
    expect(await here.invalidate({ tags: ['t'] }, { strategy: 'lazy' })).toEqual({ reached: 'here' })
    expect(here.cache.peek('k:1')).toEqual({ hit: true, value: 1, stale: true })
    expect(await here.cache.get('k:1')).toBeUndefined()
    expect(await read()).toBe(1)
    await new Promise((resolve) => setImmediate(resolve))
    expect(here.cache.peek('k:1')).toEqual({ hit: true, value: 2, stale: false })
    state.away = false
    clock.advance(1000)
    await here.close()
  })

  test("'serve' uses memory until its ttl and stale time are over", async () => {
    const { clock, state, read, here } = setup('serve')
    expect(await read()).toBe(1)
    state.away = true
    clock.advance(59_000)
    expect(await read()).toBe(1)
    clock.advance(60_000)
    expect(await read()).toBe(1)
    clock.advance(1000)
    expect(await read()).toBe(2)
    state.away = false
    await here.close()
  })

  test("'serve' never returns what was invalidated here", async () => {
    const { clock, state, read, here } = setup('serve')
    expect(await read()).toBe(1)
    state.away = true
    clock.advance(1000)
    expect(await here.invalidate({ tags: ['t'] })).toEqual({ reached: 'here' })
    expect(await read()).toBe(2)
    state.away = false
    await here.close()
  })

  test("'serve' takes up the order of others as soon as the backend is back", async () => {
    const { clock, state, read, here } = setup('serve')
    const other = createRedstart({ backend: state.backend, clock, maxStaleness: 100 })
    expect(await read()).toBe(1)
    await other.cache.get('k:1')
    state.away = true
    clock.advance(1000)
    expect(await read()).toBe(1)
    state.away = false
    expect(await other.cache.delete('k:1')).toEqual({ reached: 'all' })
    expect(await read()).toBe(2)
    await Promise.all([here.close(), other.close()])
  })

  test('a failing loader is not made good by what nobody has confirmed for too long', async () => {
    const { clock, state, here } = setup('load')
    let failing = false
    const read = (): Promise<string> =>
      here.cache.getOrSet('k:2', () => (failing ? Promise.reject(new Error('no database')) : 'value'), {
        ttl: '10ms',
        stale: '1m',
        staleWhileRevalidate: false,
      })
    expect(await read()).toBe('value')
    state.away = true
    failing = true
    clock.advance(100)
    expect(await read()).toBe('value')
    clock.advance(1)
    await expect(read()).rejects.toThrow('no database')
    state.away = false
    await here.close()
  })

  test('what is made from an old part is as old as that part', async () => {
    const { clock, state, here } = setup('load')
    let children = 0
    let parents = 0
    const child = (): Promise<number> => here.cache.getOrSet('child:1', () => (children += 1))
    const parent = (): Promise<string> =>
      here.cache.getOrSet('parent:1', async () => `parent ${(parents += 1)} of child ${await child()}`)
    expect(await child()).toBe(1)
    state.away = true
    clock.advance(90)
    expect(await parent()).toBe('parent 1 of child 1')
    clock.advance(11)
    expect(await parent()).toBe('parent 2 of child 2')
    state.away = false
    await here.close()
  })

  test('a value that is set counts from the call, however long its invalidation travels', async () => {
    const clock = manualClock()
    const state = removable()
    const slow: Backend = {
      name: 'slow',
      cache(context) {
        const store = state.backend.cache(context)
        return {
          ...boundStore(store),
          async invalidate(request, timeout) {
            const reply = await store.invalidate(request, timeout)
            await new Promise<void>((resolve) => clock.schedule(90, resolve))
            return reply
          },
        }
      },
    }
    const here = createRedstart({ backend: slow, clock, maxStaleness: 100 })
    await here.cache.get('k:1')
    const set = here.cache.set('k:1', 'set')
    await clock.advanceAsync(90)
    await set
    state.away = true
    await clock.advanceAsync(11)
    expect(await here.cache.getOrSet('k:1', () => 'loaded')).toBe('loaded')
    state.away = false
    await here.close()
  })

  test('loads within loads meet a backend that stands still once', async () => {
    const clock = manualClock()
    const waits: number[] = []
    const stalled: Backend = {
      name: 'stalled',
      cache: () => {
        const stall = (_: unknown, timeout: number): Promise<never> =>
          new Promise((_resolve, reject) => {
            waits.push(timeout)
            clock.schedule(timeout, () => reject(new RedstartError('STORE_TIMEOUT', 'it stands still')))
          })
        return {
          ...boundStore(memory().cache({ app: 'stalled', clock })),
          read: stall,
          write: stall,
          invalidate: stall,
        }
      },
    }
    const here = createRedstart({ backend: stalled, clock })
    const nested = (depth: number): Promise<number> =>
      here.cache.getOrSet(`k:${depth}`, () => (depth === 0 ? 7 : nested(depth - 1)))
    const read = nested(5)
    await clock.advanceAsync(250)
    expect(await read).toBe(7)
    expect(waits).toEqual([250])
    await here.close()
  })
})
