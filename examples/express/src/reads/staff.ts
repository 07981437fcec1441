import type { Queries } from '../database/database.ts'

export interface StaffMember {
  readonly id: number
  readonly name: string
  readonly role: string
}

/** Who works where. */
export interface StaffReads {
  crew(restaurant: number): Promise<readonly StaffMember[]>
}

/** Asks the database every time. */
export function staffReads(database: Queries): StaffReads {
  return {
    crew: (restaurant) =>
      database.query<StaffMember>('select id, name, role from staff where restaurant_id = $1 order by id', [
        restaurant,
      ]),
  }
}
