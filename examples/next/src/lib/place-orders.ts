import { changedSales, createCaches, databaseReads, dayOf, placeOrder, stockTag } from '@redstart-example/express'
import { updateTag } from 'next/cache'
import { type Basket, type Line, linesOf } from './basket.ts'
import { database } from './database.ts'
import { restaurantsOf } from './dishes.ts'
import redstart from './redstart.mjs'
import { restaurantWith } from './restaurants.ts'

/** What became of a basket: each restaurant takes an order of its own, or says why not. */
export interface Ordered {
  /** Ids of the orders. */
  readonly orders: readonly number[]
  /** What was not taken. */
  readonly left: readonly Line[]
  /** Why. */
  readonly refused: readonly string[]
}

/** Orders all that is in a basket, and makes old what all apps show of it. */
export async function placeOrders(basket: Basket, table: number): Promise<Ordered> {
  const lines = linesOf(basket)
  const owners = await restaurantsOf(
    await database(),
    lines.map(({ dish }) => dish),
  )
  const ordered = { orders: [] as number[], left: [] as Line[], refused: [] as string[] }
  for (const restaurant of new Set(owners.values())) {
    const own = lines.filter(({ dish }) => owners.get(dish) === restaurant)
    const result = await placeOne(restaurant, table, own)
    if (typeof result === 'number') ordered.orders.push(result)
    else {
      ordered.left.push(...own)
      ordered.refused.push(result)
    }
  }
  return ordered
}

/** The id of the order, or why there is none. */
async function placeOne(restaurant: number, table: number, lines: readonly Line[]): Promise<number | string> {
  const queries = await database()
  const name = restaurantWith(restaurant)?.name ?? 'The kitchen'
  const result = await placeOrder(queries, { restaurant, table, lines })
  if (result.type === 'unknown-dishes') return `${name} has that no more.`
  if (result.type === 'out-of-stock') return `${name} has not enough ${result.ingredients.join(', ')}.`
  const today = (): string => dayOf(new Date())
  // What the other apps keep by key, and by tag.
  await createCaches(redstart, databaseReads(queries), today).orderPlaced(result)
  // The same tags, said to Next.js: the page that answers this action shows it already.
  updateTag(stockTag(restaurant))
  updateTag(changedSales(restaurant, dayOf(result.placedAt), today()))
  return result.id
}
