import type { Queries } from '../database/database.ts'
import { analyticsReads, type AnalyticsReads } from './analytics.ts'
import { inventoryReads, type InventoryReads } from './inventory.ts'
import { menuReads, type MenuReads } from './menu.ts'
import { orderReads, type OrderReads } from './orders.ts'
import { promotionReads, type PromotionReads } from './promotions.ts'
import { staffReads, type StaffReads } from './staff.ts'

/** Everything that can be asked. The caches answer the same questions, so a route can ask either. */
export interface Reads {
  readonly analytics: AnalyticsReads
  readonly inventory: InventoryReads
  readonly menu: MenuReads
  readonly orders: OrderReads
  readonly promotions: PromotionReads
  readonly staff: StaffReads
}

/** All reads, straight from the database. */
export function databaseReads(database: Queries): Reads {
  return {
    analytics: analyticsReads(database),
    inventory: inventoryReads(database),
    menu: menuReads(database),
    orders: orderReads(database),
    promotions: promotionReads(database),
    staff: staffReads(database),
  }
}
