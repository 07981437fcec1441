import type { Redstart } from '@redstart/core'
import type { OrderReads } from '../reads/orders.ts'
import { findable } from './findable.ts'
import { tenant } from './tenant.ts'

/** Orders, kept for five minutes. */
export function orderCache({ cache }: Redstart, reads: OrderReads): OrderReads {
  return {
    recent: cache.define(
      'orders:recent',
      { key: (restaurant: number) => restaurant, argumentTags: (restaurant) => [tenant(restaurant)] },
      (restaurant) => reads.recent(restaurant),
    ),
    order: findable(
      cache,
      'orders:order',
      { key: (id: number) => id, tags: (order) => [tenant(order.restaurant)] },
      (id) => reads.order(id),
    ),
  }
}

/**
 * What shows an order: itself and the list of its restaurant. Itself even when it is new, because somebody may have
 * asked for its number before it was given.
 */
export function orderKeys(restaurant: number, order: number): readonly string[] {
  return [`orders:recent:${restaurant}`, `orders:order:${order}`]
}
