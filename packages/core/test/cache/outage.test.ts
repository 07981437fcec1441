import { type Backend, type CacheStore, createRedstart, type Redstart, RedstartError } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { type ManualClock, manualClock } from '@redstart/testing'
import { describe, expect, test } from 'vitest'

/** A backend that can be taken away. */
function removable(): { readonly backend: Backend; away: boolean } {
  const inner = memory()
  const state = { away: false, backend: inner }
  const check = (): void => {
    if (state.away) throw new RedstartError('STORE_UNAVAILABLE', 'the test took it away')
  }
  const wrap = (store: CacheStore): CacheStore => ({
    read: async (request, timeout) => (check(), store.read(request, timeout)),
    write: async (request, timeout) => (check(), store.write(request, timeout)),
    invalidate: async (request, timeout) => (check(), store.invalidate(request, timeout)),
    subscribe: (listener) => store.subscribe((hint) => state.away || listener(hint)),
    close: () => store.close(),
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
})
