import { getConnInfo } from '@hono/node-server/conninfo'
import { addressFrom } from '@redstart/hono'
import type { Database, RestaurantRedstart } from '@redstart-example/express'
import type { Hono } from 'hono'
import { type AppEnv, createApp } from './app.ts'
import { databaseHouse } from './database-house.ts'
import { signInRoutes } from './sign-in.ts'

/** What the app is made of. It closes neither. */
export interface NodeAppOptions {
  /** Filled, as the back office fills it. */
  readonly database: Database
  /** With the namespaces and limits of the back office; with its `app`, keys and Redis as well, one log-in holds for both. */
  readonly redstart: RestaurantRedstart
}

/** The orders on Node.js, with the log-in and the database. */
export function createNodeApp({ database, redstart }: NodeAppOptions): Hono<AppEnv> {
  const place = { redstart, house: databaseHouse(database, redstart) }
  const address = addressFrom(getConnInfo)
  const app = createApp({ placeOf: () => place, logInAt: () => '/login', address })
  return app.route('/', signInRoutes({ database, redstart, address }))
}
