import type { Redstart } from '@redstart/core'
import type { InventoryReads } from '../reads/inventory.ts'
import { findable } from './findable.ts'
import { tenant } from './tenant.ts'

interface Place {
  readonly restaurant: number
  readonly ingredient: number
}

/** The store rooms, kept for ten minutes. */
export function inventoryCache({ cache }: Redstart, reads: InventoryReads): InventoryReads {
  const level = findable(
    cache,
    'inventory:level',
    {
      key: ({ restaurant, ingredient }: Place) => `${restaurant}:${ingredient}`,
      idTags: ({ restaurant }) => [tenant(restaurant)],
    },
    ({ restaurant, ingredient }) => reads.level(restaurant, ingredient),
  )
  return {
    levels: cache.define(
      'inventory:levels',
      { key: (restaurant: number) => restaurant, argumentTags: (restaurant) => [tenant(restaurant)] },
      (restaurant) => reads.levels(restaurant),
    ),
    level: (restaurant, ingredient) => level({ restaurant, ingredient }),
  }
}

/** The tag of pages that show a store room, or what it suffices for. */
export function stockTag(restaurant: number): string {
  return `stock:${restaurant}`
}

/** What shows these ingredients. Who changes them knows them by id, so keys say it and no tags are needed. */
export function stockKeys(restaurant: number, ingredients: readonly number[]): readonly string[] {
  return [
    `inventory:levels:${restaurant}`,
    ...ingredients.map((ingredient) => `inventory:level:${restaurant}:${ingredient}`),
  ]
}
