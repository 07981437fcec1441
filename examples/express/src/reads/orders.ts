import type { Queries } from '../database/database.ts'

/** `placed` becomes `served`, then `paid`; `cancelled` from either of the first two. */
export type OrderStatus = 'placed' | 'served' | 'paid' | 'cancelled'

export interface OrderSummary {
  readonly id: number
  readonly restaurant: number
  readonly table: number
  readonly status: OrderStatus
  readonly placedAt: Date
  readonly totalCents: number
}

export interface Order extends OrderSummary {
  readonly lines: readonly {
    readonly dish: number
    readonly name: string
    readonly quantity: number
    readonly priceCents: number
  }[]
}

/** What was ordered. */
export interface OrderReads {
  /** The last 20 orders of a restaurant, newest first. */
  recent(restaurant: number): Promise<readonly OrderSummary[]>
  order(id: number): Promise<Order | null>
}

const ORDERS = `
  select id, restaurant_id as restaurant, table_number as "table", status, placed_at as "placedAt",
         total_cents as "totalCents"
  from orders`

const LINES = `
  select l.dish_id as dish, d.name, l.quantity, l.price_cents as "priceCents"
  from order_lines l join dishes d on d.id = l.dish_id where l.order_id = $1 order by d.id`

/** Asks the database every time. */
export function orderReads(database: Queries): OrderReads {
  return {
    recent: (restaurant) =>
      database.query<OrderSummary>(`${ORDERS} where restaurant_id = $1 order by placed_at desc, id desc limit 20`, [
        restaurant,
      ]),
    async order(id) {
      const [order] = await database.query<OrderSummary>(`${ORDERS} where id = $1`, [id])
      if (order === undefined) return null
      return { ...order, lines: await database.query<Order['lines'][number]>(LINES, [id]) }
    },
  }
}
