import { type Backend, createRedstart } from '@redstart/core'
import { type ByteCache, byteCache } from '@redstart/core/byte-cache'
import { memory } from '@redstart/core/memory'
import { type ManualClock, manualClock } from '@redstart/testing'
import { describe, expect, it } from 'vitest'
import { boundStore } from '../cache/bound-store.ts'

const HOUR_MS = 3_600_000

async function kept(cache: ByteCache): Promise<void> {
  const moment = await cache.moment()
  const bytes = new TextEncoder().encode('soup')
  await cache.keep('pages:a', { bytes, ttl: 24 * HOUR_MS, tags: ['menu'], moment })
}

/** Two processes over one backend, which answers the second one the slower, the more often it is asked. */
function two(): { readonly clock: ManualClock; readonly caches: readonly [ByteCache, ByteCache] } {
  const clock = manualClock(1000)
  const backend = memory()
  const caches = [backend, slower(backend, clock)].map((each) =>
    byteCache(createRedstart({ clock, backend: each, maxStaleness: '5s' }), 'pages'),
  )
  return { clock, caches: caches as [ByteCache, ByteCache] } // as many as backends
}

function slower(backend: Backend, clock: ManualClock): Backend {
  let wait = 0
  return {
    ...backend,
    cache: (context) => {
      const store = backend.cache(context)
      return {
        ...boundStore(store),
        async read(request, timeout) {
          const reply = await store.read(request, timeout)
          wait += 0.25
          await new Promise<void>((resolve) => void clock.schedule(wait, resolve))
          return reply
        },
      }
    },
  }
}

async function kindOf(cache: ByteCache, clock: ManualClock): Promise<string> {
  const reading = Promise.resolve(cache.read('pages:a'))
  await clock.advanceAsync(100)
  return (await reading).kind
}

describe('what was made stale', () => {
  it('is stale for as long as anything is known, however the answers of the backend came', async () => {
    const { clock, caches } = two()
    const [one, other] = caches
    await kept(one)
    expect(await kindOf(other, clock)).toBe('fresh')
    await one.invalidate(['menu'], HOUR_MS)
    for (let n = 0; n < 100; n += 1) {
      expect(await kindOf(other, clock), `after ${n} reads`).toBe('stale')
      await clock.advanceAsync(337)
    }
  })

  it.each([
    [0, 1],
    [0, 2],
    [3000, 2],
    [60_000, 1],
    [60_000, 2],
  ])('is stale although nothing was asked for %d ms, and it was made so %d times', async (idle, times) => {
    const { clock, caches } = two()
    const [one, other] = caches
    await kept(one)
    expect(await kindOf(other, clock)).toBe('fresh')
    for (let n = 0; n < times; n += 1) {
      await clock.advanceAsync(idle)
      await one.invalidate(['menu'], HOUR_MS)
    }
    await clock.advanceAsync(idle)
    for (const cache of [other, one]) expect(await kindOf(cache, clock)).toBe('stale')
  })
})
