import './session-fields.ts'
import { createRedstart, type Redstart, type RedstartEvent, type RedstartOptions } from '@redstart/core'
import type { StartedHttpApp } from '@redstart/testing'
import type { Express, Request } from 'express'
import { onTestFinished } from 'vitest'
import { session, type SessionMiddlewareOptions } from '../../src/index.ts'
import { type ExpressFactory, listen } from '../express-app.ts'
import { Browser } from './browser.ts'

export interface SessionApp {
  readonly redstart: Redstart
  readonly port: number
  /** All that the instance told. */
  readonly events: readonly RedstartEvent[]
  /** What the middleware could tell nobody else. */
  readonly errors: readonly unknown[]
  browser(): Browser
}

export interface SessionAppParts {
  readonly express: ExpressFactory
  readonly redstart?: RedstartOptions
  readonly middleware?: SessionMiddlewareOptions
  /** Before the sessions: settings, other middleware. */
  readonly before?: (app: Express, express: ExpressFactory) => void
  readonly routes: (app: Express, redstart: Redstart) => void
}

/** Starts an application with sessions; it ends with the test. */
export async function startApp({
  express,
  before,
  middleware,
  routes,
  ...parts
}: SessionAppParts): Promise<SessionApp> {
  const redstart = createRedstart(parts.redstart)
  onTestFinished(async () => await redstart.close())
  const events: RedstartEvent[] = []
  const errors: unknown[] = []
  redstart.events.subscribe((event) => void events.push(event))
  const app = express()
  app.set('env', 'test')
  before?.(app, express)
  app.use(session(redstart, { onError: (error) => void errors.push(error), ...middleware }))
  routes(app, redstart)
  const { port, close }: StartedHttpApp = await listen(app)
  onTestFinished(close)
  return { redstart, port, events, errors, browser: () => new Browser(port) }
}

/** The fields of a form that `urlencoded` has read. */
export function formOf(request: Request): Readonly<Record<string, string | undefined>> {
  // A form is text by text.
  return request.body as Readonly<Record<string, string | undefined>>
}

/** Routes of most tests: counting views, signing in and out, who it is. */
export function usualRoutes(app: Express): void {
  app.get('/views', (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1
    res.json({ views: req.session.views })
  })
  app.get('/who', (req, res) => void res.json({ userId: req.session.userId, views: req.session.views }))
  app.get('/plain', (_req, res) => void res.end('plain'))
  app.post('/login/:user', (req, res, next) => {
    req.session.login(req.params['user'] ?? '').then(() => res.redirect('/who'), next)
  })
  app.post('/logout', (req, res, next) => {
    req.session.logout().then(() => res.redirect('/who'), next)
  })
}
