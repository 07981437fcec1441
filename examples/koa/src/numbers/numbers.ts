import type { DateRange, Queries } from '@redstart-example/express'

/** Of one dish, over some days. */
export interface DishNumbers {
  readonly dish: number
  readonly name: string
  readonly orders: number
  readonly sold: number
  readonly revenueCents: number
}

/** Of one hour of the day, in UTC, over some days. */
export interface HourNumbers {
  readonly hour: number
  readonly orders: number
  readonly revenueCents: number
}

/** What the pages show; cancelled orders are left out. */
export interface Numbers {
  /** The dishes that were ordered, the most ordered first. */
  dishes(restaurant: number, range: DateRange): Promise<readonly DishNumbers[]>
  /** The hours in which something was ordered. */
  hours(restaurant: number, range: DateRange): Promise<readonly HourNumbers[]>
}

const IN_RANGE = `
  o.restaurant_id = $1 and o.placed_at >= $2::text::date and o.placed_at < $3::text::date + 1 and o.status <> 'cancelled'`

const DISHES = `
  select d.id as dish, d.name, count(*)::int as orders, sum(l.quantity)::int as sold,
    sum(l.quantity * l.price_cents)::int as "revenueCents"
  from orders o join order_lines l on l.order_id = o.id join dishes d on d.id = l.dish_id
  where ${IN_RANGE} group by d.id order by 3 desc, d.id`

const HOURS = `
  select extract(hour from o.placed_at)::int as hour, count(*)::int as orders, sum(o.total_cents)::int as "revenueCents"
  from orders o where ${IN_RANGE} group by 1 order by 1`

/** Asks the database each time. */
export function numbersOf(database: Queries): Numbers {
  return {
    dishes: (restaurant, { from, to }) => database.query<DishNumbers>(DISHES, [restaurant, from, to]),
    hours: (restaurant, { from, to }) => database.query<HourNumbers>(HOURS, [restaurant, from, to]),
  }
}
