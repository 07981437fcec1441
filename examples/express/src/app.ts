import { rateLimit, session } from '@redstart/express'
import express, { type Express } from 'express'
import { accountRoutes } from './account/account-routes.ts'
import { createCaches } from './caches/caches.ts'
import type { Database } from './database/database.ts'
import { parse, plainQuery } from './http/input.ts'
import { keptAnswers } from './http/kept-answers.ts'
import { sendProblem, unknownRoute } from './http/problem.ts'
import { noteEvent, traced, tracedDatabase } from './http/trace.ts'
import type { RestaurantRedstart } from './limits/policies.ts'
import { dayOf } from './reads/day.ts'
import { databaseReads } from './reads/reads.ts'
import { analyticsRoutes } from './routes/analytics-routes.ts'
import type { RouteContext } from './routes/context.ts'
import { dishRoutes } from './routes/dish-routes.ts'
import { apiIndex } from './routes/index-route.ts'
import { meRoute } from './routes/me-route.ts'
import { orderRoutes } from './routes/order-routes.ts'
import { restaurantRoutes } from './routes/restaurant-routes.ts'

/** What the app is made of. It closes neither. */
export interface AppOptions {
  /** Filled, see `fill`. */
  readonly database: Database
  /** Created with the namespaces of `NAMESPACES` and the limits of `POLICIES`. */
  readonly redstart: RestaurantRedstart
}

/** The back office as an Express app that does not listen yet. One app per Redstart instance. */
export function createApp({ database, redstart }: AppOptions): Express {
  const context = routeContext(database, redstart)
  redstart.events.subscribe(noteEvent)

  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(express.json({ limit: '16kb' }), traced)
  app.get('/api', (request, response) => {
    parse(plainQuery, request.query, 'query')
    response.json(apiIndex)
  })
  app.use('/api', analyticsRoutes(context), dishRoutes(context), orderRoutes(context), meRoute(context))
  app.use('/api/restaurants', restaurantRoutes(context))
  app.use('/account', accountRoutes({ database, redstart, withSession: context.withSession }))
  app.use(unknownRoute, sendProblem)
  return app
}

function routeContext(database: Database, redstart: RestaurantRedstart): RouteContext {
  const noted = tracedDatabase(database)
  const uncached = databaseReads(noted)
  const today = (): string => dayOf(new Date())
  return {
    database: noted,
    uncached,
    caches: createCaches(redstart, uncached, today),
    isRestaurant: knownRestaurants(database),
    today,
    withSession: session(redstart),
    kept: keptAnswers(redstart),
    limitOrders: rateLimit(redstart, { policies: 'ordersFrom', clientAddress: 'framework' }),
  }
}

/** Asks the database once. After a failure, the next call asks again. */
function knownRestaurants(database: Database): (id: number) => Promise<boolean> {
  let asked: Promise<ReadonlySet<number>> | undefined
  const ask = async (): Promise<ReadonlySet<number>> => {
    const restaurants = await databaseReads(database).menu.restaurants()
    return new Set(restaurants.map((restaurant) => restaurant.id))
  }
  return async (id) => {
    asked ??= ask()
    try {
      return (await asked).has(id)
    } catch (error) {
      asked = undefined
      throw error
    }
  }
}
