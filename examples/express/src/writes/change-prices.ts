import type { Queries } from '../database/database.ts'

/** The dish whose price was changed, with what shows it. */
export interface PriceChange {
  readonly dish: number
  readonly category: number
  readonly restaurant: number
}

const CHANGE_DISH = `
  update dishes set price_cents = $2, changed_at = now() where id = $1
  returning id as dish, category_id as category, restaurant_id as restaurant`

const CHANGE_INGREDIENTS = `
  update ingredients set cents_per_thousand = greatest(1, round(cents_per_thousand * (100 + $1) / 100.0)::int)`

/** Sets what a dish costs from now on; `null` when there is no such dish. */
export async function changeDishPrice(
  database: Queries,
  dish: number,
  priceCents: number,
): Promise<PriceChange | null> {
  const [change] = await database.query<PriceChange>(CHANGE_DISH, [dish, priceCents])
  return change ?? null
}

/** A new price list of the suppliers: everything costs so many percent more, or less when below zero. */
export async function changeIngredientPrices(database: Queries, percent: number): Promise<void> {
  await database.query(CHANGE_INGREDIENTS, [percent])
}
