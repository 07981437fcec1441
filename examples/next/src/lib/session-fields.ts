import type { Basket } from './basket.ts'

/** What is kept of somebody; who it is and their role are the session's own. The first three are those of the other apps. */
export interface Fields {
  name: string
  restaurant: number
  /** Their latest orders, newest first. */
  orders: readonly number[]
  /** Of a visitor as well: it stays when they log in. */
  basket: Basket
}
