/** A restaurant, and what its pages are called. */
export interface Restaurant {
  readonly id: number
  readonly slug: string
  readonly name: string
  readonly city: string
}

/** They hardly ever change: where the pages are, no database has to say. */
export const RESTAURANTS: readonly Restaurant[] = [
  { id: 1, slug: 'osteria', name: 'Osteria Codirosso', city: 'Trieste' },
  { id: 2, slug: 'izakaya', name: 'Izakaya Jobitaki', city: 'Lyon' },
]

/** By what stands in a URL; `undefined` for what is none. */
export function restaurantOf(slug: string): Restaurant | undefined {
  return RESTAURANTS.find((restaurant) => restaurant.slug === slug)
}

/** By its id. */
export function restaurantWith(id: number): Restaurant | undefined {
  return RESTAURANTS.find((restaurant) => restaurant.id === id)
}
