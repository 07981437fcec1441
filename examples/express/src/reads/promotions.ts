import type { Queries } from '../database/database.ts'

export interface Promotion {
  readonly id: number
  readonly name: string
  readonly category: number
  readonly percent: number
  readonly endsAt: Date
}

/** What is cheaper at the moment. */
export interface PromotionReads {
  /** The promotions of a restaurant that have not ended. */
  running(restaurant: number): Promise<readonly Promotion[]>
}

const RUNNING = `
  select id, name, category_id as category, percent, ends_at as "endsAt"
  from promotions where restaurant_id = $1 and ends_at > now() order by ends_at, id`

/** Asks the database every time. */
export function promotionReads(database: Queries): PromotionReads {
  return { running: (restaurant) => database.query<Promotion>(RUNNING, [restaurant]) }
}
