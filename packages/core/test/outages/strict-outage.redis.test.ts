import { expect, it } from 'vitest'
import { openStage } from './stage.ts'

it('with strict consistency, events tell why Redis was not asked', async () => {
  await using stage = await openStage({ consistency: 'strict', redis: { breaker: { openFor: '1m' } } })
  stage.server.pause()
  for (let number = 0; number < 8; number += 1) await stage.here.cache.getOrSet(`menu:${number}`, () => 1)
  expect((await stage.here.health()).error).toBe('STORE_UNAVAILABLE')
  const told = stage.events.flatMap((event) => (event.type === 'store.error' ? [String(event.error)] : []))
  expect(told.at(-1)).toContain('calls fail at once')
})
