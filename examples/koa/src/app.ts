import { refuseCrossSite, session } from '@redstart/koa'
import type { Database, RestaurantRedstart } from '@redstart-example/express'
import Koa, { type DefaultState } from 'koa'
import { numberRoutes } from './numbers/number-routes.ts'
import { cachedNumbers } from './numbers/cached-numbers.ts'
import { numbersOf } from './numbers/numbers.ts'
import { permittedNumbers } from './numbers/permitted-numbers.ts'
import { answerErrors } from './answer-errors.ts'
import type { AppContext } from './app-context.ts'
import { signInRoutes } from './sign-in-routes.ts'

/** What the app is made of. It closes neither. */
export interface AppOptions {
  /** Filled, as the back office fills it. */
  readonly database: Database
  /** With the namespaces and limits of the back office; with its `app`, keys and Redis as well, one log-in holds for both. */
  readonly redstart: RestaurantRedstart
}

/** The numbers as a Koa app that does not listen yet. */
export function createApp({ database, redstart }: AppOptions): Koa<DefaultState, AppContext> {
  const today = (): string => new Date().toISOString().slice(0, 10)
  const numbers = cachedNumbers(redstart, permittedNumbers(redstart, numbersOf(database)), today)
  const app = new Koa<DefaultState, AppContext>()
  app.use(refuseCrossSite()).use(session(redstart)).use(answerErrors)
  for (const routes of [signInRoutes({ database, redstart }), numberRoutes({ numbers, redstart, today })])
    app.use(routes.routes()).use(routes.allowedMethods())
  return app
}
