import { createRedstart, RedstartError } from '@redstart/core'
import { manualClock } from '@redstart/testing'
import { expect, test } from 'vitest'

test('a loader may say how long its entry is fresh and may be served stale', async () => {
  const clock = manualClock()
  const { cache, close } = createRedstart({ clock })
  let loads = 0
  const read = (): Promise<number> =>
    cache.getOrSet(
      'k:1',
      (context) => {
        context.ttl('2s')
        context.stale('3s')
        return (loads += 1)
      },
      { ttl: '1h', stale: '1h' },
    )
  expect(await read()).toBe(1)
  clock.advance(1999)
  expect(await read()).toBe(1)
  clock.advance(3001)
  expect(await read()).toBe(2)
  clock.advance(4000)
  expect(await read()).toBe(2)
  await expect.poll(() => loads).toBe(3)
  await close()
})

test('what a loader says wrong rejects the read, and nothing is stored', async () => {
  const { cache, close } = createRedstart()
  const read = (how: (context: { ttl(d: never): void; stale(d: never): void }) => void): Promise<unknown> =>
    cache.getOrSet('k:1', (context) => how(context))
  // Values that the types forbid, as JavaScript may pass them.
  for (const wrong of ['5 m', -1, Number.NaN, '0s', null] as never[]) {
    const error = await read((context) => context.ttl(wrong)).catch((problem: unknown) => problem)
    expect(RedstartError.is(error, 'INVALID_ARGUMENT')).toBe(true)
  }
  const error = await read((context) => context.stale('1 day' as never)).catch((problem: unknown) => problem)
  expect(RedstartError.is(error, 'INVALID_ARGUMENT')).toBe(true)
  expect(await cache.get('k:1')).toBeUndefined()
  await close()
})
