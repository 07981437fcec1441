import { databaseReads, dayOf, menuTags, salesTags, stockTag, tenant } from '@redstart-example/express'
import { dishTag } from '@redstart-example/express/tags'
import { cacheLife, cacheTag } from 'next/cache'
import { database } from './database.ts'
import { type OpenCategory, openMenu, type SoldDish, soldSince } from './dishes.ts'
import { type Made, made } from './made.ts'

/** Ten minutes as in the other apps, should nobody say earlier that it is old; half of one in a browser that stays here. */
const LIFE = { stale: 30, revalidate: 600, expire: 86_400 }
/** For what is not there. */
const ABSENT = { stale: 30, revalidate: 30, expire: 300 }

/** A menu, until one of its prices or the store room changes: here, in Express, Koa, Fastify or Hono. */
export async function menuOf(restaurant: number): Promise<{ categories: readonly OpenCategory[]; made: Made }> {
  'use cache'
  cacheLife(LIFE)
  const categories = await openMenu(await database(), restaurant)
  cacheTag(stockTag(restaurant), ...menuTags(restaurant, categories))
  return { categories, made: made(`menu ${restaurant}`) }
}

/** A dish as its page shows it. */
export interface ShownDish {
  readonly id: number
  readonly restaurant: number
  readonly category: number
  readonly name: string
  readonly priceCents: number
  readonly ingredients: readonly string[]
  readonly made: Made
}

/** A dish, until its price changes; `null` for what is none. */
export async function dishWith(id: number): Promise<ShownDish | null> {
  'use cache'
  cacheTag(dishTag(id))
  const found = await databaseReads(await database()).menu.dish(id)
  if (found === null) {
    cacheLife(ABSENT)
    return null
  }
  cacheLife(LIFE)
  cacheTag(tenant(found.restaurant))
  const { restaurant, category, name, priceCents } = found
  const ingredients = found.ingredients.map((ingredient) => ingredient.name)
  return { id, restaurant, category, name, priceCents, ingredients, made: made(`dish ${id}`) }
}

/** What sells best on a day, until the next order, whichever app takes it. */
export async function soldOn(restaurant: number, day: string): Promise<{ dishes: readonly SoldDish[]; made: Made }> {
  'use cache'
  cacheLife(LIFE)
  cacheTag(tenant(restaurant), ...salesTags(restaurant, { from: day, to: day }, dayOf(new Date())))
  const dishes = await soldSince(await database(), restaurant, day)
  return { dishes, made: made(`sold ${restaurant}`) }
}
