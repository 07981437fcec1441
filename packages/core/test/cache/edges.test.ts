import { expect, it } from 'vitest'
import { RedstartError } from '../../src/index.ts'
import { memory } from '../../src/memory/index.ts'
import { gate, heldLoader, open } from './instance.ts'

const options = { ttl: '1s', stale: '1h' } as const

it('close lets a running load finish its nested reads', async () => {
  const { cache, close, clock } = open()
  const step = gate()
  const read = cache.getOrSet('menu:1', async () => {
    await step.promise
    return cache.getOrSet('dish:1', () => 'soup')
  })
  await clock.advanceAsync(1)
  const closing = close()
  step.pass()
  expect(await read).toBe('soup')
  await closing
})

it('a value too large for the memory backend is told as too large', async () => {
  const { cache, of } = open({ backend: memory({ maxBytes: 2000 }) })
  await cache.getOrSet('menu:1', () => 'x'.repeat(3000))
  expect(of('cache.write')).toMatchObject([{ outcome: 'too-large' }])
})

it('a refresh is kept although something else was invalidated and the stale entry read meanwhile', async () => {
  const { cache, clock, invalidate } = open()
  await cache.getOrSet('menu:1', () => 'old', options)
  await clock.advanceAsync(1000)
  const { load, calls } = heldLoader<string>()
  expect(await cache.getOrSet('menu:1', load, options)).toBe('old')
  await clock.advanceAsync(1)
  await invalidate({ tags: ['other'] })
  expect(await cache.getOrSet('menu:1', load, options)).toBe('old')
  calls[0]?.pass('new')
  await clock.advanceAsync(1)
  expect(await cache.getOrSet('menu:1', load, options)).toBe('new')
})

it('set takes one deadline of a stalled backend', async () => {
  const backend = memory()
  const stalled = {
    ...backend,
    cache(context: Parameters<typeof backend.cache>[0]) {
      const store = backend.cache(context)
      const stall = (_: unknown, timeout: number): Promise<never> =>
        new Promise((_resolve, reject) =>
          context.clock.schedule(timeout, () => reject(new RedstartError('STORE_TIMEOUT', 'x'))),
        )
      return Object.assign(store, { read: stall, write: stall, invalidate: stall })
    },
  }
  const { cache, clock } = open({ backend: stalled })
  const begun = clock.now()
  let done = false
  void cache.set('menu:1', 1).finally(() => (done = true))
  for (let n = 0; n < 100 && !done; n++) await clock.advanceAsync(10)
  expect(clock.now() - begun).toBeLessThanOrEqual(250)
})

it('a reader that wants nothing stale gets nothing stale from a load it joins', async () => {
  const backend = memory()
  const one = open({ backend })
  await one.cache.getOrSet('menu:1', () => 'old', options)
  await one.clock.advanceAsync(1000)
  const two = open({ backend, clock: one.clock })
  const reads = [
    two.cache.getOrSet('menu:1', () => 'new', options),
    two.cache.getOrSet('menu:1', () => 'new', { ...options, staleWhileRevalidate: false }),
  ]
  expect(await Promise.all(reads)).toEqual(['old', 'new'])
})

it('the first view of an instance whose first call is invalidate is the first', async () => {
  const { cache, of, invalidate } = open()
  await invalidate({ tags: ['a'] })
  await cache.get('menu:1')
  expect(of('view.reset')).toMatchObject([{ reason: 'first' }])
})

it('a refresh that fails is not tried again at every read', async () => {
  const { cache, clock } = open()
  await cache.getOrSet('menu:1', () => 'old', options)
  await clock.advanceAsync(1000)
  let loads = 0
  for (let n = 0; n < 50; n++) {
    await cache.getOrSet('menu:1', () => (loads++, Promise.reject<string>(new Error('x'))), options)
    await clock.advanceAsync(1)
  }
  expect(loads).toBeLessThan(5)
})
