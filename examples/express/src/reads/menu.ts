import type { Queries } from '../database/database.ts'

export interface Restaurant {
  readonly id: number
  readonly name: string
  readonly city: string
}

export interface DishOnMenu {
  readonly id: number
  readonly name: string
  readonly priceCents: number
}

export interface Category {
  readonly id: number
  readonly restaurant: number
  readonly name: string
  readonly dishes: readonly DishOnMenu[]
}

export interface Dish extends DishOnMenu {
  readonly restaurant: number
  readonly category: number
  readonly changedAt: Date
  readonly ingredients: readonly { readonly name: string; readonly unit: string; readonly amount: number }[]
}

/** What the ingredients of a dish cost, next to its price. */
export interface RecipeCost {
  readonly dish: number
  readonly restaurant: number
  readonly priceCents: number
  readonly costCents: number
}

/** What can be asked about the menus; `null` for what does not exist. */
export interface MenuReads {
  restaurants(): Promise<readonly Restaurant[]>
  /** All categories of a restaurant; none when there is no such restaurant. */
  menu(restaurant: number): Promise<readonly Category[]>
  category(id: number): Promise<Category | null>
  dish(id: number): Promise<Dish | null>
  recipeCost(dish: number): Promise<RecipeCost | null>
}

const CATEGORIES = `
  select c.id, c.restaurant_id as restaurant, c.name, d.id as dish, d.name as dish_name, d.price_cents
  from categories c join dishes d on d.category_id = c.id`

const DISH = `
  select id, restaurant_id as restaurant, category_id as category, name, price_cents as "priceCents",
         changed_at as "changedAt"
  from dishes where id = $1`

const RECIPE = `
  select i.name, i.unit, r.amount from recipe_items r join ingredients i on i.id = r.ingredient_id
  where r.dish_id = $1 order by i.name`

const COST = `
  select d.id as dish, d.restaurant_id as restaurant, d.price_cents as "priceCents",
         round(sum(r.amount * i.cents_per_thousand / 1000.0))::int as "costCents"
  from dishes d join recipe_items r on r.dish_id = d.id join ingredients i on i.id = r.ingredient_id
  where d.id = $1 group by d.id`

/** Asks the database every time. */
export function menuReads(database: Queries): MenuReads {
  return {
    restaurants: () => database.query<Restaurant>('select id, name, city from restaurants order by id'),
    async menu(restaurant) {
      return grouped(
        await database.query<CategoryRow>(`${CATEGORIES} where c.restaurant_id = $1 order by c.position, d.id`, [
          restaurant,
        ]),
      )
    },
    async category(id) {
      const [category] = grouped(await database.query<CategoryRow>(`${CATEGORIES} where c.id = $1 order by d.id`, [id]))
      return category ?? null
    },
    async dish(id) {
      const [dish] = await database.query<Omit<Dish, 'ingredients'>>(DISH, [id])
      if (dish === undefined) return null
      return { ...dish, ingredients: await database.query<Dish['ingredients'][number]>(RECIPE, [id]) }
    },
    async recipeCost(dish) {
      const [cost] = await database.query<RecipeCost>(COST, [dish])
      return cost ?? null
    },
  }
}

interface CategoryRow {
  readonly id: number
  readonly restaurant: number
  readonly name: string
  readonly dish: number
  readonly dish_name: string
  readonly price_cents: number
}

/** The rows of a dish each, gathered by category, in the order of the rows. */
function grouped(rows: readonly CategoryRow[]): readonly Category[] {
  const categories = new Map<number, Omit<Category, 'dishes'> & { readonly dishes: DishOnMenu[] }>()
  for (const { id, restaurant, name, dish, dish_name: dishName, price_cents: priceCents } of rows) {
    const category = categories.get(id) ?? { id, restaurant, name, dishes: [] }
    category.dishes.push({ id: dish, name: dishName, priceCents })
    categories.set(id, category)
  }
  return [...categories.values()]
}
