import type { Queries } from '@redstart-example/express'

/** A dish, and whether there is enough in the store room for one. */
export interface OpenDish {
  readonly category: number
  readonly name: string
  readonly priceCents: number
  readonly available: boolean
}

const DISHES = `
  select c.id as category, d.name, d.price_cents as "priceCents", not exists (
    select 1 from recipe_items r
    left join stock s on s.ingredient_id = r.ingredient_id and s.restaurant_id = c.restaurant_id
    where r.dish_id = d.id and coalesce(s.quantity, 0) < r.amount) as available
  from categories c join dishes d on d.category_id = c.id
  where c.restaurant_id = $1 order by c.position, d.id`

/** The menu of a restaurant as it is at this moment; without any dish where there is no such restaurant. */
export function openMenu(queries: Queries, restaurant: number): Promise<readonly OpenDish[]> {
  return queries.query<OpenDish>(DISHES, [restaurant])
}
