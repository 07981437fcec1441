import type { Queries, SqlValue } from '../database/database.ts'
import { INGREDIENTS } from './ingredients.ts'
import { IZAKAYA } from './izakaya-menu.ts'
import type { MenuText } from './menu.ts'
import { OSTERIA } from './osteria-menu.ts'

const RESTAURANTS: readonly MenuText[] = [OSTERIA, IZAKAYA]

const CREW: readonly (readonly [name: string, role: string])[] = [
  ['Alma', 'manager'],
  ['Bruno', 'chef'],
  ['Chiara', 'cook'],
  ['Dario', 'cook'],
  ['Elif', 'waiter'],
  ['Farid', 'waiter'],
  ['Greta', 'waiter'],
  ['Haru', 'bar'],
]

/** Restaurants, menus, recipes, stock, staff and promotions. Ids count from 1 in the order things are written down. */
export async function fillMasterData(queries: Queries): Promise<void> {
  const ids = new Map(INGREDIENTS.map((ingredient, index) => [ingredient.name, index + 1]))
  const categories = RESTAURANTS.flatMap((menu, index) =>
    menu.categories.map((category, position) => ({ ...category, restaurant: index + 1, position: position + 1 })),
  ).map((category, index) => ({ ...category, id: index + 1 }))
  const dishes = categories
    .flatMap((category) => category.dishes.map(([name, cents, recipe]) => ({ category, name, cents, recipe })))
    .map((dish, index) => ({ ...dish, id: index + 1 }))

  await insert(
    queries,
    'restaurants (id, name, city)',
    RESTAURANTS.map(({ name, city }, index) => [index + 1, name, city]),
  )
  await insert(
    queries,
    'ingredients (id, name, unit, portion, cents_per_thousand)',
    INGREDIENTS.map((one, index) => [index + 1, one.name, one.unit, one.portion, one.centsPerThousand]),
  )
  await insert(
    queries,
    'categories (id, restaurant_id, name, position)',
    categories.map((category) => [category.id, category.restaurant, category.name, category.position]),
  )
  await insert(
    queries,
    'dishes (id, restaurant_id, category_id, name, price_cents)',
    dishes.map((dish) => [dish.id, dish.category.restaurant, dish.category.id, dish.name, dish.cents]),
  )
  await insert(
    queries,
    'recipe_items (dish_id, ingredient_id, amount)',
    dishes.flatMap((dish) => recipeOf(dish.recipe, ids).map(({ id, portion }) => [dish.id, id, portion])),
  )
  await insert(
    queries,
    'staff (id, restaurant_id, name, role)',
    RESTAURANTS.flatMap((_, index) =>
      CREW.map(([name, role], at) => [index * CREW.length + at + 1, index + 1, name, role]),
    ),
  )
  await fillStockAndPromotions(queries)
}

/** Stock for some 4 000 portions of everything that a restaurant cooks with; one promotion per restaurant. */
async function fillStockAndPromotions(queries: Queries): Promise<void> {
  await queries.query(
    `insert into stock (restaurant_id, ingredient_id, quantity, reorder_at)
     select r.id, i.id, i.portion * (3500 + (i.id * 37 + r.id * 11) % 1000), i.portion * (3300 + (i.id * 53) % 400)
     from restaurants r, ingredients i
     where exists (select from recipe_items x join dishes d on d.id = x.dish_id
                   where x.ingredient_id = i.id and d.restaurant_id = r.id)`,
  )
  await queries.query(
    `insert into promotions (id, restaurant_id, category_id, name, percent, ends_at)
     select c.restaurant_id, c.restaurant_id, c.id, 'Autumn: ' || c.name, 15, current_date + interval '30 days'
     from categories c where c.position = 6`,
  )
}

function recipeOf(recipe: string, ids: ReadonlyMap<string, number>): readonly { id: number; portion: number }[] {
  return recipe.split(' ').map((name) => {
    const id = ids.get(name)
    const ingredient = id === undefined ? undefined : INGREDIENTS[id - 1]
    if (id === undefined || ingredient === undefined)
      throw new Error(`a recipe names "${name}", which is no ingredient`)
    return { id, portion: ingredient.portion }
  })
}

/** Many rows in one statement. `target` is written here, never by a user. */
async function insert(queries: Queries, target: string, rows: readonly (readonly SqlValue[])[]): Promise<void> {
  let parameter = 0
  const values = rows.map((row) => `(${row.map(() => `$${(parameter += 1)}`).join(', ')})`)
  await queries.query(`insert into ${target} values ${values.join(', ')}`, rows.flat())
}
