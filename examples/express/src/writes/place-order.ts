import type { Database, Queries } from '../database/database.ts'

export interface NewOrder {
  readonly restaurant: number
  readonly table: number
  /** Every dish at most once. */
  readonly lines: readonly { readonly dish: number; readonly quantity: number }[]
}

/** An order that was taken, with what it changed. */
export interface PlacedOrder {
  readonly type: 'placed'
  readonly id: number
  readonly restaurant: number
  readonly placedAt: Date
  readonly totalCents: number
  /** Ids of the ingredients that were taken from the stock. */
  readonly ingredients: readonly number[]
}

/** What became of an order: taken, or refused with nothing changed. */
export type PlaceOrderResult =
  | PlacedOrder
  /** These are not on the menu of the restaurant. */
  | { readonly type: 'unknown-dishes'; readonly dishes: readonly number[] }
  /** Names of the ingredients that do not suffice. */
  | { readonly type: 'out-of-stock'; readonly ingredients: readonly string[] }

const PRICES = `select id, price_cents as cents from dishes where restaurant_id = $1 and id = any($2::int[])`

/** Locked in the order of their ids, so that two orders cannot wait for each other. */
const NEEDED = `
  with needed as (
    select r.ingredient_id, sum(r.amount * l.quantity)::int as amount
    from unnest($2::int[], $3::int[]) l(dish_id, quantity) join recipe_items r using (dish_id) group by 1)
  select s.ingredient_id as ingredient, i.name, s.quantity, n.amount
  from needed n join stock s using (ingredient_id) join ingredients i on i.id = s.ingredient_id
  where s.restaurant_id = $1 order by s.ingredient_id for update of s`

const TAKE = `
  update stock s set quantity = s.quantity - t.amount
  from unnest($2::int[], $3::int[]) t(ingredient_id, amount)
  where s.restaurant_id = $1 and s.ingredient_id = t.ingredient_id`

const ORDER = `
  insert into orders (restaurant_id, table_number, status, placed_at, total_cents)
  values ($1, $2, 'placed', now(), $3) returning id, placed_at as "placedAt"`

const LINES = `
  insert into order_lines (order_id, dish_id, quantity, price_cents)
  select $1, l.dish_id, l.quantity, d.price_cents
  from unnest($2::int[], $3::int[]) l(dish_id, quantity) join dishes d on d.id = l.dish_id`

interface Need {
  readonly ingredient: number
  readonly name: string
  readonly quantity: number
  readonly amount: number
}

/** Takes the ingredients from the stock and writes the order, both or neither. */
export function placeOrder(database: Database, order: NewOrder): Promise<PlaceOrderResult> {
  const dishes = order.lines.map((line) => line.dish)
  const quantities = order.lines.map((line) => line.quantity)
  return database.transaction(async (queries) => {
    const prices = await pricesOf(queries, order.restaurant, dishes)
    const unknown = dishes.filter((dish) => !prices.has(dish))
    if (unknown.length > 0) return { type: 'unknown-dishes', dishes: unknown }

    const needed = await queries.query<Need>(NEEDED, [order.restaurant, dishes, quantities])
    const missing = needed.filter((need) => need.quantity < need.amount)
    if (missing.length > 0) return { type: 'out-of-stock', ingredients: missing.map((need) => need.name) }

    const ingredients = needed.map((need) => need.ingredient)
    const totalCents = order.lines.reduce((sum, line) => sum + line.quantity * (prices.get(line.dish) ?? 0), 0)
    await queries.query(TAKE, [order.restaurant, ingredients, needed.map((need) => need.amount)])
    const [row] = await queries.query<{ id: number; placedAt: Date }>(ORDER, [
      order.restaurant,
      order.table,
      totalCents,
    ])
    if (row === undefined) throw new Error('the database took an order without giving it an id')
    await queries.query(LINES, [row.id, dishes, quantities])
    return { type: 'placed', restaurant: order.restaurant, totalCents, ingredients, ...row }
  })
}

async function pricesOf(
  queries: Queries,
  restaurant: number,
  dishes: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await queries.query<{ id: number; cents: number }>(PRICES, [restaurant, dishes])
  return new Map(rows.map(({ id, cents }) => [id, cents]))
}
