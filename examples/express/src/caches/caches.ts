import type { NamespaceOptions, Reached, Redstart } from '@redstart/core'
import { dayOf, type Day } from '../reads/day.ts'
import type { Reads } from '../reads/reads.ts'
import type { OrderStatusChange } from '../writes/change-order-status.ts'
import type { PlacedOrder } from '../writes/place-order.ts'
import { analyticsCache } from './analytics-cache.ts'
import { inventoryCache, stockKeys, stockTag } from './inventory-cache.ts'
import { menuCache, type MenuCache } from './menu-cache.ts'
import { orderCache, orderKeys } from './order-cache.ts'
import { promotionCache } from './promotion-cache.ts'
import { changedSales } from './sales-tags.ts'
import { staffCache } from './staff-cache.ts'
import { tenant } from './tenant.ts'

/** How long each kind of answer stays fresh: pass it to `createRedstart`. */
export const NAMESPACES: Readonly<Record<string, NamespaceOptions>> = {
  analytics: { ttl: '5m' },
  inventory: { ttl: '10m' },
  menu: { ttl: '1h' },
  // Whole answers of this app; how long each is kept its route says.
  'office-pages': {},
  orders: { ttl: '5m' },
  promotions: { ttl: '10m' },
  staff: { ttl: '30m' },
}

/**
 * All reads, through the cache, and what makes them old. Each of these tells the cache once, after the commit, with
 * everything that the change touched.
 */
export interface Caches extends Reads {
  readonly menu: MenuCache
  /** The stock of what goes into the order, the lists of orders, the reports that include its day, and pages of these. */
  orderPlaced(order: PlacedOrder): Promise<Reached>
  /** The order and the lists of orders; the reports only when it was cancelled, since they look at nothing else. */
  orderMoved(change: OrderStatusChange): Promise<Reached>
  /** Everything of one restaurant, in all caches. */
  tenantChanged(restaurant: number): Promise<Reached>
}

/**
 * Caches over `reads`, which are asked for what is missing.
 *
 * @param today the current day.
 */
export function createCaches(redstart: Redstart, reads: Reads, today: () => Day): Caches {
  const { invalidate } = redstart
  return {
    analytics: analyticsCache(redstart, reads.analytics, today),
    inventory: inventoryCache(redstart, reads.inventory),
    menu: menuCache(redstart, reads.menu),
    orders: orderCache(redstart, reads.orders),
    promotions: promotionCache(redstart, reads.promotions),
    staff: staffCache(redstart, reads.staff),
    orderPlaced: ({ restaurant, id, ingredients, placedAt }) =>
      invalidate({
        keys: [...stockKeys(restaurant, ingredients), ...orderKeys(restaurant, id)],
        tags: [changedSales(restaurant, dayOf(placedAt), today()), stockTag(restaurant)],
      }),
    orderMoved: ({ restaurant, order, status, placedAt }) =>
      invalidate({
        keys: orderKeys(restaurant, order),
        tags: status === 'cancelled' ? [changedSales(restaurant, dayOf(placedAt), today())] : [],
      }),
    tenantChanged: (restaurant) => invalidate({ tags: [tenant(restaurant)] }),
  }
}
