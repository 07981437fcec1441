import type { Queries } from '../database/database.ts'

/** Whole days in UTC, both included, as `2026-11-01`. */
export interface DateRange {
  readonly from: string
  readonly to: string
}

export interface Dashboard {
  readonly restaurant: number
  readonly range: DateRange
  readonly orders: number
  readonly revenueCents: number
  readonly days: readonly { readonly day: string; readonly orders: number; readonly revenueCents: number }[]
  readonly hours: readonly { readonly hour: number; readonly orders: number }[]
  readonly topDishes: readonly {
    readonly dish: number
    readonly name: string
    readonly sold: number
    readonly revenueCents: number
  }[]
}

/** What the owner asks in the morning. */
export interface AnalyticsReads {
  /** Revenue per day, orders per hour and the ten dishes that bring most, cancelled orders left out. */
  dashboard(restaurant: number, range: DateRange): Promise<Dashboard>
}

const IN_RANGE = `
  o.restaurant_id = $1 and o.placed_at >= $2::text::date and o.placed_at < $3::text::date + 1 and o.status <> 'cancelled'`

const DAYS = `
  select o.placed_at::date::text as day, count(*)::int as orders, sum(o.total_cents)::int as "revenueCents"
  from orders o where ${IN_RANGE} group by 1 order by 1`

const HOURS = `
  select extract(hour from o.placed_at)::int as hour, count(*)::int as orders
  from orders o where ${IN_RANGE} group by 1 order by 1`

const TOP_DISHES = `
  select d.id as dish, d.name, sum(l.quantity)::int as sold, sum(l.quantity * l.price_cents)::int as "revenueCents"
  from orders o join order_lines l on l.order_id = o.id join dishes d on d.id = l.dish_id
  where ${IN_RANGE} group by d.id order by 4 desc, d.id limit 10`

/** Asks the database every time: a month of orders takes some 100 ms. */
export function analyticsReads(database: Queries): AnalyticsReads {
  return {
    async dashboard(restaurant, range) {
      const parameters = [restaurant, range.from, range.to]
      const [days, hours, topDishes] = await Promise.all([
        database.query<Dashboard['days'][number]>(DAYS, parameters),
        database.query<Dashboard['hours'][number]>(HOURS, parameters),
        database.query<Dashboard['topDishes'][number]>(TOP_DISHES, parameters),
      ])
      const orders = days.reduce((sum, day) => sum + day.orders, 0)
      const revenueCents = days.reduce((sum, day) => sum + day.revenueCents, 0)
      return { restaurant, range, orders, revenueCents, days, hours, topDishes }
    },
  }
}
