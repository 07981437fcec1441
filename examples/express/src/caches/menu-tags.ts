import { tenant } from './tenant.ts'

/** The tag of all that shows a dish by itself. */
export function dishTag(id: number): string {
  return `dish:${id}`
}

/** The tag of all that lists the dishes of a category. */
export function categoryTag(id: number): string {
  return `category:${id}`
}

/** The tags of a menu: a new price of any of its dishes finds it by the category. */
export function menuTags(restaurant: number, categories: readonly { readonly id: number }[]): readonly string[] {
  return [tenant(restaurant), ...categories.map(({ id }) => categoryTag(id))]
}
