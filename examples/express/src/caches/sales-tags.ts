import type { DateRange } from '../reads/analytics.ts'
import { addDays, daysBetween, type Day } from '../reads/day.ts'

/**
 * The sales of a day change all the time while it is today, hardly ever once it is over. So a report carries a tag for
 * each of its days that is still young, and one for each month for everything older: a new order invalidates the
 * reports that include today and no other, and a late change to an old order still finds the reports of its month.
 */

/** Days that have tags of their own on a report. One more than {@link changedSales} uses, for clocks that differ. */
const DAYS_WITH_TAGS = 3

/** The tags of a report over `range`, made on the day `today`. At most 15 for a range of 366 days. */
export function salesTags(restaurant: number, range: DateRange, today: Day): readonly string[] {
  const young = Array.from({ length: DAYS_WITH_TAGS }, (_, age) => addDays(today, -age)).filter((day) =>
    includes(range, day),
  )
  return [...monthsOf(range), ...young].map((period) => tag(restaurant, period))
}

/** The one tag that finds every report which counts an order of `day`. */
export function changedSales(restaurant: number, day: Day, today: Day): string {
  return tag(restaurant, day >= addDays(today, 2 - DAYS_WITH_TAGS) ? day : monthOf(day))
}

/** True when new orders can still change a report over `range`. */
export function includes(range: DateRange, day: Day): boolean {
  return range.from <= day && day <= range.to
}

function tag(restaurant: number, period: string): string {
  return `sales:${restaurant}:${period}`
}

function monthOf(day: Day): string {
  return day.slice(0, 7)
}

function monthsOf(range: DateRange): readonly string[] {
  const days = Array.from({ length: daysBetween(range.from, range.to) }, (_, index) => addDays(range.from, index))
  return [...new Set(days.map(monthOf))]
}
