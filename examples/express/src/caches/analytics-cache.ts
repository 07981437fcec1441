import type { Duration, Redstart } from '@redstart/core'
import type { AnalyticsReads, DateRange } from '../reads/analytics.ts'
import type { Day } from '../reads/day.ts'
import { includes, salesTags } from './sales-tags.ts'
import { tenant } from './tenant.ts'

/** A range that is over hardly ever changes, and when it does, its tags find it. */
const PAST_TTL: Duration = '1d'

/** A range with today in it: also bounds how long an order that was written past this app goes unseen. */
const CURRENT_TTL: Duration = '1m'

/**
 * Reports over what was sold. How long one is kept follows from its range, so this cache names its keys itself.
 *
 * @param today the current day.
 */
export function analyticsCache({ cache }: Redstart, reads: AnalyticsReads, today: () => Day): AnalyticsReads {
  return {
    dashboard: (restaurant, range) =>
      cache.getOrSet(
        `analytics:dashboard:${restaurant}:${range.from}:${range.to}`,
        () => reads.dashboard(restaurant, range),
        {
          ttl: ttlOf(range, today()),
          tags: [tenant(restaurant), ...salesTags(restaurant, range, today())],
        },
      ),
  }
}

function ttlOf(range: DateRange, today: Day): Duration {
  return includes(range, today) ? CURRENT_TTL : PAST_TTL
}
