/** Dishes by their ids, and how many of each: as it lies in a session. */
export type Basket = Readonly<Record<string, number>>

/** What an order of the back office takes at the most. */
const MOST_OF_ONE = 20
const MOST_DISHES = 40

/** With so many more of a dish; as it was where there is no room for it. */
export function withMore(basket: Basket, dish: number, more: number): Basket {
  const quantity = Math.min((basket[dish] ?? 0) + more, MOST_OF_ONE)
  const next = { ...basket, [dish]: quantity }
  return Object.keys(next).length > MOST_DISHES ? basket : next
}

/** Without a dish. */
export function without(basket: Basket, dish: number): Basket {
  return Object.fromEntries(Object.entries(basket).filter(([id]) => id !== String(dish)))
}

/** What of a dish is wanted. */
export interface Line {
  readonly dish: number
  readonly quantity: number
}

/** In the order of the ids. */
export function linesOf(basket: Basket): readonly Line[] {
  return Object.entries(basket).map(([dish, quantity]) => ({ dish: Number(dish), quantity }))
}
