import type { Reached, Redstart } from '@redstart/core'
import type { MenuReads } from '../reads/menu.ts'
import type { PriceChange } from '../writes/change-prices.ts'
import { findable } from './findable.ts'
import { categoryTag, dishTag } from './menu-tags.ts'
import { tenant } from './tenant.ts'

/** The menus, kept for an hour, and what makes parts of them old. */
export interface MenuCache extends MenuReads {
  /** The dish, its cost and all lists that show its category. */
  priceChanged(change: PriceChange): Promise<Reached>
  /** Every recipe's cost, of all restaurants: they buy from the same price list. */
  invalidateAllRecipeCosts(): Promise<Reached>
}

const RECIPE_COSTS = 'recipe-costs'

/** A price appears in several answers, so they carry tags of the dish and of the category instead of being named. */
export function menuCache({ cache, invalidate }: Redstart, reads: MenuReads): MenuCache {
  return {
    restaurants: cache.define('menu:restaurants', { key: () => 'all' }, () => reads.restaurants()),

    menu: cache.define(
      'menu:menu',
      {
        key: (restaurant: number) => restaurant,
        argumentTags: (restaurant) => [tenant(restaurant)],
        tags: (categories) => categories.map(({ id }) => categoryTag(id)),
      },
      (restaurant) => reads.menu(restaurant),
    ),

    category: findable(
      cache,
      'menu:category',
      { key: (id: number) => id, idTags: (id) => [categoryTag(id)], tags: (found) => [tenant(found.restaurant)] },
      (id) => reads.category(id),
    ),

    dish: findable(
      cache,
      'menu:dish',
      { key: (id: number) => id, idTags: (id) => [dishTag(id)], tags: (found) => [tenant(found.restaurant)] },
      (id) => reads.dish(id),
    ),

    recipeCost: findable(
      cache,
      'menu:recipe-cost',
      {
        key: (id: number) => id,
        idTags: (id) => [dishTag(id), RECIPE_COSTS],
        tags: (found) => [tenant(found.restaurant)],
      },
      (id) => reads.recipeCost(id),
    ),

    priceChanged: (change) => invalidate({ tags: [dishTag(change.dish), categoryTag(change.category)] }),
    invalidateAllRecipeCosts: () => invalidate({ tags: [RECIPE_COSTS] }),
  }
}
