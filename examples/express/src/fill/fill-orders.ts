import type { Queries } from '../database/database.ts'

/**
 * The lines of a batch of orders: one to three dishes of the order's restaurant. Some dishes are liked more: the power
 * makes low places likelier, the multiplication spreads the places over the menu.
 */
const LINES = `
  insert into order_lines (order_id, dish_id, quantity, price_cents)
  select distinct on (picked.order_id, d.id) picked.order_id, d.id, picked.quantity, d.price_cents
  from (
    select g as order_id, case when g % 5 < 3 then 0 else 60 end as offset_of_menu,
           floor(60 * power(random(), 1.7))::int as place, 1 + floor(random() * 2)::int as quantity
    from generate_series($1::int, $2::int) g, generate_series(1, 3) line
    where line <= 1 + g * 7 % 3
  ) picked
  join dishes d on d.id = picked.offset_of_menu + 1 + picked.place * 37 % 60`

/**
 * Their orders. The days fill up in waves with a period of a week; two in five orders come at lunch. What would lie in
 * the future, later today, happened 90 days ago instead.
 */
const ORDERS = `
  insert into orders (id, restaurant_id, table_number, status, placed_at, total_cents)
  select id, restaurant_id, table_number, case when dice < 0.02 then 'cancelled' else 'paid' end,
         case when moment > now() then moment - interval '90 days' else moment end, total_cents
  from (
    select l.order_id as id, case when l.order_id % 5 < 3 then 1 else 2 end as restaurant_id,
           1 + l.order_id * 31 % 40 as table_number, random() as dice, sum(l.quantity * l.price_cents)::int as total_cents,
           current_date - interval '89 days' + interval '1 day' * least(89, greatest(0, floor(
             l.order_id * 90.0 / $3::int + 0.6 * sin(2 * pi() * l.order_id * 90.0 / $3::int / 7))))
           + interval '1 minute' * (case when random() < 0.4 then 690 + 180 * (random() + random()) / 2
                                         else 1050 + 300 * (random() + random()) / 2 end) as moment
    from order_lines l where l.order_id between $1::int and $2::int
    group by l.order_id
  ) drawn`

/** Which orders to make: ids `first` to `last` of `of` altogether. */
export interface OrderBatch {
  readonly first: number
  readonly last: number
  readonly of: number
}

/** Makes a batch of orders inside the database, where nothing has to be sent. Draws from the session's seeded `random()`. */
export async function fillOrders(queries: Queries, { first, last, of }: OrderBatch): Promise<void> {
  await queries.query(LINES, [first, last])
  await queries.query(ORDERS, [first, last, of])
}
