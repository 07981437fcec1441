import type { Redstart } from '@redstart/core'
import { type DateRange, type Day, salesTags, tenant } from '@redstart-example/express'
import type { Numbers } from './numbers.ts'

/** Also bounds how long an order goes unseen that was written past the apps. */
const TTL = '5m'

/**
 * The same numbers out of the cache. They carry the tags of the back office's own reports, so the order that is taken
 * there, or in any other app, finds them: those of today, and of nothing else.
 *
 * @param today the current day.
 */
export function cachedNumbers({ cache }: Redstart, numbers: Numbers, today: () => Day): Numbers {
  const optionsOf = (restaurant: number, range: DateRange): { ttl: typeof TTL; tags: readonly string[] } => ({
    ttl: TTL,
    tags: [tenant(restaurant), ...salesTags(restaurant, range, today())],
  })
  const keyOf = (what: string, restaurant: number, { from, to }: DateRange): string =>
    `analytics:${what}:${restaurant}:${from}:${to}`
  return {
    dishes: (restaurant, range) =>
      cache.getOrSet(
        keyOf('dishes', restaurant, range),
        () => numbers.dishes(restaurant, range),
        optionsOf(restaurant, range),
      ),
    hours: (restaurant, range) =>
      cache.getOrSet(
        keyOf('hours', restaurant, range),
        () => numbers.hours(restaurant, range),
        optionsOf(restaurant, range),
      ),
  }
}
