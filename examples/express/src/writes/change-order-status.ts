import type { Database } from '../database/database.ts'
import type { OrderStatus } from '../reads/orders.ts'

/** What an order may become from what it is. */
const NEXT: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  placed: ['served', 'cancelled'],
  served: ['paid', 'cancelled'],
  paid: [],
  cancelled: [],
}

/** An order that was moved along. */
export interface OrderStatusChange {
  readonly type: 'changed'
  readonly order: number
  readonly status: OrderStatus
  readonly restaurant: number
  readonly placedAt: Date
}

/** What became of the wish; only `changed` changed anything. */
export type ChangeOrderStatusResult =
  | OrderStatusChange
  | { readonly type: 'unknown' }
  | { readonly type: 'not-allowed'; readonly status: OrderStatus; readonly allowed: readonly OrderStatus[] }

interface OrderRow {
  readonly restaurant: number
  readonly status: OrderStatus
  readonly placedAt: Date
}

/** Moves an order along: placed, served, paid, or cancelled before it is paid. */
export function changeOrderStatus(
  database: Database,
  order: number,
  status: OrderStatus,
): Promise<ChangeOrderStatusResult> {
  return database.transaction(async (queries) => {
    const [row] = await queries.query<OrderRow>(
      'select restaurant_id as restaurant, status, placed_at as "placedAt" from orders where id = $1 for update',
      [order],
    )
    if (row === undefined) return { type: 'unknown' }
    const allowed = NEXT[row.status]
    if (!allowed.includes(status)) return { type: 'not-allowed', status: row.status, allowed }
    await queries.query('update orders set status = $2 where id = $1', [order, status])
    return { type: 'changed', order, status, restaurant: row.restaurant, placedAt: row.placedAt }
  })
}
