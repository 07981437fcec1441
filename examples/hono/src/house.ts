/** A dish that can be ordered. */
export interface Dish {
  readonly id: number
  readonly name: string
  readonly priceCents: number
}

/** A part of a menu. */
export interface Category {
  readonly id: number
  readonly name: string
  readonly dishes: readonly Dish[]
}

/** An order, as a list shows it. */
export interface Order {
  readonly id: number
  readonly table: number
  readonly status: string
  readonly totalCents: number
}

export interface NewOrder {
  readonly restaurant: number
  readonly table: number
  readonly dish: number
  readonly quantity: number
}

/** Taken, or why not. */
export type Placed = { readonly id: number } | { readonly refused: string }

/** The restaurants, wherever the app runs. */
export interface House {
  /** All categories of a restaurant; none where there is no such restaurant. */
  menu(restaurant: number): Promise<readonly Category[]>
  /** The latest orders of a restaurant, whoever took them. */
  latest(restaurant: number): Promise<readonly Order[]>
  /** Takes an order, and makes old what all apps of the house show of it. */
  place(order: NewOrder): Promise<Placed>
}
