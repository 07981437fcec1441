import { expect, it } from 'vitest'
import { memory } from '../../src/memory/index.ts'
import { open } from './instance.ts'

it('an instance opened after a lazy invalidation refreshes what it serves stale', async () => {
  const backend = memory()
  const one = open({ backend })
  await one.cache.set('menu:1', 'old')
  await one.invalidate({ prefix: 'menu:' }, { strategy: 'lazy' })
  const two = open({ backend, clock: one.clock })
  expect(await two.cache.getOrSet('menu:1', () => 'new')).toBe('old')
  await one.clock.advanceAsync(0)
  expect(await two.cache.getOrSet('menu:1', () => 'new')).toBe('new')
})

it('a stale entry too large for memory is refreshed, too', async () => {
  const { cache, clock } = open({ l1: { maxBytes: 500 } })
  const options = { ttl: '1s', stale: '1h' } as const
  await cache.getOrSet('menu:1', () => `old ${'x'.repeat(1000)}`, options)
  await clock.advanceAsync(1000)
  await cache.getOrSet('menu:1', () => 'new', options)
  await clock.advanceAsync(10)
  expect(await cache.getOrSet('menu:1', () => 'new', options)).toBe('new')
})
