import type { RestaurantRedstart } from '@redstart-example/express/limits'
import type { Context } from 'hono'
import type { House } from './house.ts'

/** What a request has to do with: made with the first one, since at the edge bindings come with requests. */
export interface Place {
  readonly redstart: RestaurantRedstart
  readonly house: House
}

export type PlaceOf = (c: Context) => Place
