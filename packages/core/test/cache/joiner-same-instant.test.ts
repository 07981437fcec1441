import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { heldLoader, open } from './instance.ts'

it('a read that begins after an invalidation takes no result of an earlier load, even within one instant of the clock', async () => {
  const { cache, invalidate } = open()
  const { load, calls } = heldLoader<string>()
  const before = cache.getOrSet('menu:1', load)
  await setImmediate()
  await invalidate({ keys: ['menu:1'] })
  const after = cache.getOrSet('menu:1', load)
  await setImmediate()
  calls[0]?.pass('old')
  await before
  await setImmediate()
  calls[1]?.pass('new')
  expect(await after).toBe('new')
})
