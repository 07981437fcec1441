import { createRedstart } from '@redstart/core'
import { manualClock } from '@redstart/testing'
import { expect, test } from 'vitest'
import { analyticsCache } from '../src/caches/analytics-cache.ts'
import type { AnalyticsReads } from '../src/reads/analytics.ts'

const TODAY = '2026-11-21'
const MINUTE = 60_000

test('a report with today in it is kept for a minute, one that is over for a day', async () => {
  const clock = manualClock()
  const redstart = createRedstart({ clock })
  const asked: string[] = []
  const reads: AnalyticsReads = {
    async dashboard(restaurant, range) {
      asked.push(range.to)
      return { restaurant, range, orders: 0, revenueCents: 0, days: [], hours: [], topDishes: [] }
    },
  }
  const { dashboard } = analyticsCache(redstart, reads, () => TODAY)
  const readBoth = async (): Promise<readonly string[]> => {
    await dashboard(1, { from: '2026-11-01', to: TODAY })
    await dashboard(1, { from: '2026-11-01', to: '2026-11-20' })
    return asked.splice(0)
  }

  expect(await readBoth()).toEqual([TODAY, '2026-11-20'])
  clock.advance(MINUTE - 1000)
  expect(await readBoth()).toEqual([])
  clock.advance(1001)
  expect(await readBoth()).toEqual([TODAY])
  clock.advance(23 * 60 * MINUTE)
  expect(await readBoth()).toEqual([TODAY])
  clock.advance(60 * MINUTE)
  expect(await readBoth()).toEqual([TODAY, '2026-11-20'])
  await redstart.close()
})
