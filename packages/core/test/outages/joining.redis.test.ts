import { setTimeout } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { watchLag } from './patience.ts'
import { openStage } from './stage.ts'
import { Traffic } from './traffic.ts'

it('a read that joined a load which is invalidated under way loads again, without waiting for Redis again', async () => {
  // So long that a second one shows on a busy machine, too.
  const deadline = 1000
  const loads = 200
  await using stage = await openStage({ deadline })
  using lag = watchLag()
  const traffic = new Traffic(stage, deadline)
  stage.server.pause()
  const first = traffic.read('here', 'menu:key', loads)
  await setTimeout(5)
  // Ends while the loader runs, so that what it returns must not be taken by those who did not start it.
  const invalidation = traffic.invalidate('here')
  const joined = traffic.read('here', 'menu:key', loads)
  expect(await invalidation).toBe('here')
  expect((await joined).born).toBeGreaterThan((await first).born)
  expect(traffic.late(lag)).toEqual([])
  stage.server.resume()
  await traffic.end()
  expect(traffic.stale).toEqual([])
})
