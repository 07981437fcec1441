import type { Redstart } from '@redstart/core'
import { inventoryReads, type Queries, type StockLevel, stockKeys, tenant } from '@redstart-example/express'

/** What is in a store room. */
export type Stock = (restaurant: number) => Promise<readonly StockLevel[]>

/**
 * Store rooms out of the entries that the back office reads as well: what one of the two has loaded the other has, and what
 * makes them old there, an order, makes them old here.
 */
export function cachedStock({ cache }: Redstart, queries: Queries): Stock {
  const reads = inventoryReads(queries)
  return (restaurant) =>
    cache.getOrSet(roomKey(restaurant), () => reads.levels(restaurant), { tags: [tenant(restaurant)] })
}

/** Without any ingredient, what shows all of them. */
function roomKey(restaurant: number): string {
  return stockKeys(restaurant, []).join('')
}
