import type { Queries } from '@redstart-example/express'

/** A dish on a menu. */
export interface OpenDish {
  readonly id: number
  readonly name: string
  readonly priceCents: number
  /** Whether the store room suffices for one. */
  readonly available: boolean
}

/** A part of a menu. */
export interface OpenCategory {
  readonly id: number
  readonly name: string
  readonly dishes: readonly OpenDish[]
}

/** A dish that sells, and how often it did. */
export interface SoldDish {
  readonly id: number
  readonly name: string
  readonly sold: number
}

const DISHES = `
  select c.id as category, c.name as "categoryName", d.id, d.name, d.price_cents as "priceCents", not exists (
    select 1 from recipe_items r
    left join stock s on s.ingredient_id = r.ingredient_id and s.restaurant_id = c.restaurant_id
    where r.dish_id = d.id and coalesce(s.quantity, 0) < r.amount) as available
  from categories c join dishes d on d.category_id = c.id
  where c.restaurant_id = $1 order by c.position, d.id`

const SOLD = `
  select d.id, d.name, sum(l.quantity)::int as sold
  from orders o join order_lines l on l.order_id = o.id join dishes d on d.id = l.dish_id
  where o.restaurant_id = $1 and o.placed_at >= $2::timestamptz and o.status <> 'cancelled'
  group by d.id, d.name order by sold desc, d.id limit 5`

const RESTAURANTS_OF = `select id, restaurant_id as restaurant from dishes where id = any($1::int[])`

/** The menu of a restaurant as it is at this moment. */
export async function openMenu(queries: Queries, restaurant: number): Promise<readonly OpenCategory[]> {
  const rows = await queries.query<OpenDish & { readonly category: number; readonly categoryName: string }>(DISHES, [
    restaurant,
  ])
  const categories = new Map<number, OpenCategory & { readonly dishes: OpenDish[] }>()
  for (const { category: id, categoryName: name, ...dish } of rows) {
    const category = categories.get(id) ?? { id, name, dishes: [] }
    category.dishes.push(dish)
    categories.set(id, category)
  }
  return [...categories.values()]
}

/** What sells best of a restaurant since the beginning of a day. */
export function soldSince(queries: Queries, restaurant: number, day: string): Promise<readonly SoldDish[]> {
  return queries.query<SoldDish>(SOLD, [restaurant, `${day}T00:00:00Z`])
}

/** Whose dishes these are; what is no dish is left out. */
export async function restaurantsOf(queries: Queries, dishes: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await queries.query<{ readonly id: number; readonly restaurant: number }>(RESTAURANTS_OF, [dishes])
  return new Map(rows.map(({ id, restaurant }) => [id, restaurant]))
}
