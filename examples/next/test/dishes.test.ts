import { type Database, databaseReads, dayOf, placeOrder } from '@redstart-example/express'
import { filledDatabase } from '@redstart-example/express/test/filled-database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMenu, restaurantsOf, soldSince } from '../src/lib/dishes.ts'
import { RESTAURANTS } from '../src/lib/restaurants.ts'

let database: Database

beforeAll(async () => {
  database = await filledDatabase()
})

afterAll(async () => await database.close())

test('the restaurants that the pages know are those of the database', async () => {
  expect(RESTAURANTS.map(({ id, name, city }) => ({ id, name, city }))).toEqual(
    await databaseReads(database).menu.restaurants(),
  )
})

test('the menu is that of the back office, and says what the store room does not suffice for', async () => {
  const menu = await openMenu(database, 1)
  const office = await databaseReads(database).menu.menu(1)
  const shown = menu.map(({ id, name, dishes }) => ({
    ...{ id, restaurant: 1, name },
    dishes: dishes.map(({ available: _available, ...dish }) => dish),
  }))
  expect(shown).toEqual(office)
  expect(menu.flatMap(({ dishes }) => dishes).every(({ available }) => available)).toBe(true)

  const [minestrone] = await database.query<{ readonly id: number }>(`select id from dishes where name = 'Minestrone'`)
  await database.query(`update stock set quantity = 0 where restaurant_id = 1 and ingredient_id in
    (select ingredient_id from recipe_items r join dishes d on d.id = r.dish_id where d.name = 'Minestrone')`)
  const open = (await openMenu(database, 1)).flatMap(({ dishes }) => dishes)
  expect(open.find(({ id }) => id === minestrone?.id)).toMatchObject({ available: false })
  expect(open.find(({ name }) => name === 'Tiramisu')).toMatchObject({ available: true })
  expect(await openMenu(database, 9)).toEqual([])
})

test('what sells best begins with what was ordered most', async () => {
  const today = dayOf(new Date())
  const before = await soldSince(database, 2, today)
  const id = (await openMenu(database, 2))[0]?.dishes[0]?.id ?? 0
  await placeOrder(database, { restaurant: 2, table: 3, lines: [{ dish: id, quantity: 20 }] })
  const after = await soldSince(database, 2, today)
  const soldBefore = before.find((dish) => dish.id === id)?.sold ?? 0
  expect(after[0]).toMatchObject({ id, sold: soldBefore + 20 })
  expect(await soldSince(database, 2, '2199-01-01')).toEqual([])
})

test('a dish is of one restaurant, and what is no dish of none', async () => {
  expect(await restaurantsOf(database, [1, 61, 99_999])).toEqual(
    new Map([
      [1, 1],
      [61, 2],
    ]),
  )
})
