import { createRedstart, RedstartError } from '@redstart/core'
import { expect, test } from 'vitest'

test('entries with array keys are invalidated by the same arrays, and by their first parts', async () => {
  const { cache, invalidate, close } = createRedstart()
  let loads = 0
  const read = (): Promise<number> => cache.getOrSet(['book', 'urn:isbn:12', 'cover'], () => (loads += 1))
  expect(await read()).toBe(1)
  await invalidate({ keys: [['book', 'urn:isbn:12', 'cover']] })
  expect(await read()).toBe(2)
  await invalidate({ prefix: ['book', 'urn:isbn:12'] })
  expect(await read()).toBe(3)
  await invalidate({ prefix: ['book', 'urn'] })
  expect(await read()).toBe(3)
  await close()
})

test('more names than one step of the server should take are refused, and nothing is invalidated', async () => {
  const { cache, invalidate, close } = createRedstart()
  await cache.set('menu:1', 'kept', { tags: ['tag-1'] })
  const tags = Array.from({ length: 10_001 }, (_, n) => `tag-${n}`)
  const error = await invalidate({ tags }).catch((problem: unknown) => problem)
  expect(RedstartError.is(error, 'INVALID_ARGUMENT')).toBe(true)
  expect(String(error)).toMatch(/at most 10000 names, not 10001/)
  expect(await cache.get('menu:1')).toBe('kept')
  expect(await invalidate({ tags: tags.slice(1) })).toEqual({ reached: 'all' })
  expect(await cache.get('menu:1')).toBeUndefined()
  await close()
})

test('what is no key is refused, whether or not its text is cached', async () => {
  const { cache, close } = createRedstart()
  await cache.getOrSet('NaN', () => 'text')
  await cache.getOrSet('default:a:b', () => 'text')
  // What the types forbid in part, and JavaScript passes all the same.
  const wrong = [Number.NaN, Infinity, [['a', 'b']], [null], true, {}] as never[]
  for (const key of wrong) {
    const error = await cache.getOrSet(key, () => 'loaded').catch((problem: unknown) => problem)
    expect(RedstartError.is(error, 'INVALID_ARGUMENT')).toBe(true)
  }
  await close()
})
