import { concurrency, gcra, type LimitPolicy, type Redstart, type SessionData } from '@redstart/core'

/** What is limited in the apps of the restaurants. */
export type LimitName = 'guesses' | 'guessers' | 'orders' | 'ordersFrom' | 'numbers' | 'reports'

export type RestaurantPolicies = Readonly<Record<LimitName, LimitPolicy>>

/** An instance with these limits, as all apps of the restaurants want it. */
export type RestaurantRedstart = Redstart<SessionData, RestaurantPolicies>

/** Pass it to `createRedstart`. Who is limited in one app is limited in all that share a Redis. */
export const POLICIES: RestaurantPolicies = {
  // Wrong passwords of one account, from wherever: five, then one in three minutes; who goes on is kept out, for longer each
  // time. Without Redis nobody can log in anyway, and so nobody may guess.
  guesses: gcra({ rate: '20/1h', burst: 5, block: { duration: '5m', longest: '1h' }, onFailure: 'closed' }),
  // Wrong passwords from one address, of whichever accounts.
  guessers: gcra({ rate: '60/1h', burst: 20, onFailure: 'closed' }),
  // Orders of one person: a large table is twenty at once.
  orders: gcra({ rate: '1/s', burst: 20 }),
  // Orders from one address, where nobody signs in: all of a restaurant, or of the edge.
  ordersFrom: gcra({ rate: '10/s', burst: 20 }),
  // Pages of numbers of one person.
  numbers: gcra({ rate: '2/s', burst: 60 }),
  // Reports that are being made at this moment.
  reports: concurrency({ limit: 2, lease: '30s' }),
}
