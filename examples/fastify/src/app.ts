import formbody from '@fastify/formbody'
import { rateLimit, refuseCrossSite, session } from '@redstart/fastify'
import type { Database, RestaurantRedstart } from '@redstart-example/express'
import { fastify, type FastifyInstance } from 'fastify'
import { answerError } from './answer-error.ts'
import { menuRoutes } from './menu/menu-routes.ts'
import './session-fields.ts'
import { signInRoutes } from './sign-in-routes.ts'
import { stockRoutes } from './stock/stock-routes.ts'

/** What the app is made of. It closes neither. */
export interface AppOptions {
  /** Filled, as the back office fills it. */
  readonly database: Database
  /** With the namespaces and limits of the back office; with its `app`, keys and Redis as well, one log-in holds for both. */
  readonly redstart: RestaurantRedstart
}

/** The store rooms as a Fastify app that does not listen yet. One app per Redstart instance. */
export async function createApp({ database, redstart }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({ bodyLimit: 4096 })
  app.setErrorHandler(answerError)
  await app.register(refuseCrossSite)
  await app.register(session, { redstart })
  // Routes say what limits them.
  await app.register(rateLimit, { redstart, clientAddress: 'framework' })
  await app.register(formbody)
  await app.register(signInRoutes, { database, redstart })
  await app.register(stockRoutes, { database, redstart })
  await app.register(menuRoutes, { database, redstart })
  // Whoever watches over the process has no session, and asks Redis nothing.
  app.get('/health', { config: { session: false } }, async () => ({ alive: true }))
  await app.ready()
  return app
}
