import type { Queries } from '@redstart-example/express'

/** What comes into a store room, or is taken out of it. */
export interface StockChange {
  readonly restaurant: number
  readonly ingredient: number
  /** Grams, millilitres or pieces; less than 0 is taken out. */
  readonly amount: number
}

/** What became of it: done, or refused with nothing changed. */
export type StockChanged =
  | { readonly type: 'changed'; readonly name: string; readonly unit: string; readonly quantity: number }
  /** The restaurant does not keep this ingredient. */
  | { readonly type: 'unknown' }
  /** So much was never there. */
  | { readonly type: 'not-enough'; readonly name: string; readonly unit: string; readonly quantity: number }

/** Of two that take at the same time, the second one waits for the first, and finds what that has left. */
const CHANGE = `
  update stock set quantity = quantity + $3
  where restaurant_id = $1 and ingredient_id = $2 and quantity + $3 between 0 and 1000000000
  returning ingredient_id`

const LEVEL = `
  select i.name, i.unit, s.quantity from stock s join ingredients i on i.id = s.ingredient_id
  where s.restaurant_id = $1 and s.ingredient_id = $2`

interface Level {
  readonly name: string
  readonly unit: string
  readonly quantity: number
}

export async function changeStock(
  queries: Queries,
  { restaurant, ingredient, amount }: StockChange,
): Promise<StockChanged> {
  const changed = await queries.query(CHANGE, [restaurant, ingredient, amount])
  const [level] = await queries.query<Level>(LEVEL, [restaurant, ingredient])
  if (level === undefined) return { type: 'unknown' }
  return { type: changed.length === 1 ? 'changed' : 'not-enough', ...level }
}
