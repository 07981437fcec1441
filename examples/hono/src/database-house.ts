import type { Redstart } from '@redstart/core'
import { createCaches, type Database, databaseReads, dayOf, placeOrder } from '@redstart-example/express'
import type { House } from './house.ts'

/** With the database at hand, and the caches of the back office in front of it. */
export function databaseHouse(database: Database, redstart: Redstart): House {
  const caches = createCaches(redstart, databaseReads(database), () => dayOf(new Date()))
  return {
    menu: (restaurant) => caches.menu.menu(restaurant),
    latest: (restaurant) => caches.orders.recent(restaurant),
    place: async ({ restaurant, table, dish, quantity }) => {
      const result = await placeOrder(database, { restaurant, table, lines: [{ dish, quantity }] })
      if (result.type === 'unknown-dishes') return { refused: 'That is not on the menu.' }
      if (result.type === 'out-of-stock') return { refused: `There is not enough ${result.ingredients.join(', ')}.` }
      await caches.orderPlaced(result)
      return { id: result.id }
    },
  }
}
