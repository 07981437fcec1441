/** A restaurant as it is written down here; ids follow from the order. */
export interface MenuText {
  readonly name: string
  readonly city: string
  readonly categories: readonly CategoryText[]
}

/** A category and its dishes, one `[name, price in cents, ingredients]` each, the ingredients by name. */
export interface CategoryText {
  readonly name: string
  readonly dishes: readonly (readonly [name: string, cents: number, ingredients: string])[]
}
