import type { Queries } from '../database/database.ts'

export interface StockLevel {
  readonly ingredient: number
  readonly name: string
  readonly unit: string
  readonly quantity: number
  /** True when it is time to order more. */
  readonly low: boolean
}

/** What is in the store room. */
export interface InventoryReads {
  levels(restaurant: number): Promise<readonly StockLevel[]>
  /** `null` when the restaurant does not keep this ingredient. */
  level(restaurant: number, ingredient: number): Promise<StockLevel | null>
}

const LEVELS = `
  select i.id as ingredient, i.name, i.unit, s.quantity, s.quantity < s.reorder_at as low
  from stock s join ingredients i on i.id = s.ingredient_id where s.restaurant_id = $1`

/** Asks the database every time. */
export function inventoryReads(database: Queries): InventoryReads {
  return {
    levels: (restaurant) => database.query<StockLevel>(`${LEVELS} order by i.name`, [restaurant]),
    async level(restaurant, ingredient) {
      const [level] = await database.query<StockLevel>(`${LEVELS} and i.id = $2`, [restaurant, ingredient])
      return level ?? null
    },
  }
}
