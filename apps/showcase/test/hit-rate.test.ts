import { createRedstart } from '@redstart/core'
import { expect, test } from 'vitest'
import { hitRateMeter } from '../src/hit-rate.ts'

test('the rate of the last minute forgets what came before it', async () => {
  const { cache, close } = createRedstart()
  const meter = hitRateMeter(() => cache.stats())
  expect(meter()).toMatchObject({ lastMinute: { reads: 0, rate: 0 }, total: { reads: 0, rate: 0 } })
  for (let read = 0; read < 4; read += 1) await cache.getOrSet('numbers:1', () => 1)
  expect(meter()).toMatchObject({ lastMinute: { reads: 4, rate: 0.75 }, total: { reads: 4, rate: 0.75 }, entries: 1 })

  for (let second = 0; second < 60; second += 1) meter()
  await cache.getOrSet('numbers:1', () => 1)
  expect(meter()).toMatchObject({ lastMinute: { reads: 1, rate: 1 }, total: { reads: 5, rate: 0.8 } })
  await close()
})
