import { type Backend, type CacheStore, createRedstart, RedstartError } from '@redstart/core'
import { memory } from '@redstart/core/memory'
import { manualClock } from '@redstart/testing'
import { expect, test, vi } from 'vitest'
import { boundStore } from './bound-store.ts'

/** A backend whose stores hear nothing from others. */
function deaf(backend: Backend): Backend {
  return wrapped(backend, (store) => ({ ...boundStore(store), subscribe: () => () => undefined }))
}

function wrapped(backend: Backend, wrap: (store: CacheStore) => CacheStore): Backend {
  return { name: backend.name, cache: (context) => wrap(backend.cache(context)) }
}

test('a joiner is judged by the proof there was when it joined, not by one that came while it waited', async () => {
  const clock = manualClock()
  const backend = memory()
  const here = createRedstart({ backend: deaf(backend), clock, maxStaleness: 100 })
  const other = createRedstart({ backend, clock, maxStaleness: 100 })
  const gates: (() => void)[] = []
  let source = 'old'
  const read = (): Promise<string> =>
    here.cache.getOrSet('k:1', async () => {
      const seen = source
      await new Promise<void>((resolve) => gates.push(resolve))
      return seen
    })

  await here.cache.get('k:2')
  const first = read()
  await expect.poll(() => gates.length).toBe(1)
  source = 'new'
  clock.advance(50)
  expect(await other.cache.delete('k:1')).toEqual({ reached: 'all' })

  clock.advance(101)
  const joined = read()
  // Another read asks, and its answer proves the view anew while the joiner waits.
  const asking = here.cache.get('k:2')
  await clock.advanceAsync(10)
  await asking
  gates.shift()?.()
  expect(await first).toBe('old')
  await expect.poll(() => gates.length).toBe(1)
  gates.shift()?.()
  expect(await joined).toBe('new')
  await Promise.all([here.close(), other.close()])
})

test('a set counts from its call: what is invalidated here while it travels hides it', async () => {
  const backend = memory()
  let release: (() => void) | undefined
  let failing = false
  const here = createRedstart({
    backend: wrapped(backend, (store) => ({
      ...boundStore(store),
      async invalidate(request, timeout) {
        if (failing) throw new RedstartError('STORE_UNAVAILABLE', 'the test cut the connection')
        const reply = await store.invalidate(request, timeout)
        if (request.names.includes('k:k:1')) await new Promise<void>((resolve) => (release = resolve))
        return reply
      },
    })),
  })
  await here.cache.get('k:1')
  const set = here.cache.set('k:1', 'set', { tags: ['t'] })
  await expect.poll(() => release).toBeDefined()
  failing = true
  expect(await here.invalidate({ tags: ['t'] })).toEqual({ reached: 'here' })
  release?.()
  expect(await set).toEqual({ reached: 'all' })
  expect(await here.cache.getOrSet('k:1', () => 'loaded after the invalidation')).toBe('loaded after the invalidation')
  failing = false
  await here.close()
})

test('a joiner without proof takes nothing that began too long before it joined, asked or not', async () => {
  const clock = manualClock()
  const backend = memory()
  const here = createRedstart({ backend: deaf(backend), clock, maxStaleness: 100 })
  const other = createRedstart({ backend, clock, maxStaleness: 100 })
  const gates: (() => void)[] = []
  let source = 'old'
  const read = (): Promise<string> =>
    here.cache.getOrSet('k:1', async () => {
      const seen = source
      await new Promise<void>((resolve) => gates.push(resolve))
      return seen
    })
  await here.cache.get('k:2')
  const first = read()
  await expect.poll(() => gates.length).toBe(1)
  source = 'new'
  clock.advance(50)
  await other.cache.delete('k:1')
  clock.advance(101)
  const joined = read()
  gates.shift()?.()
  expect(await first).toBe('old')
  await vi.waitFor(async () => {
    await clock.advanceAsync(10)
    expect(gates.length).toBe(1)
  }, 20_000)
  gates.shift()?.()
  expect(await joined).toBe('new')
  await Promise.all([here.close(), other.close()])
})
