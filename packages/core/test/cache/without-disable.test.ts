import { AsyncLocalStorage } from 'node:async_hooks'
import { afterEach, expect, it, vi } from 'vitest'
import { createRedstart } from '../../src/index.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('loads where a storage cannot be disabled, as in Workers, and asks for that once', async () => {
  const disable = vi.spyOn(AsyncLocalStorage.prototype, 'disable').mockImplementation(() => {
    throw new Error('asyncLocalStorage.disable() is not implemented')
  })
  const { cache, close } = createRedstart()
  for (const key of ['menu:a', 'menu:b']) expect(await cache.getOrSet(key, () => 'loaded')).toBe('loaded')
  expect(disable).toHaveBeenCalledTimes(1)
  await close()
})
