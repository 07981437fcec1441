import type { Request, RequestHandler, Response } from 'express'
import type { Caches } from '../caches/caches.ts'
import type { Database } from '../database/database.ts'
import { type KeptAnswers, wantsCache } from '../http/kept-answers.ts'
import { notFound } from '../http/problem.ts'
import { setTraceHeaders } from '../http/trace.ts'
import type { Day } from '../reads/day.ts'
import type { Reads } from '../reads/reads.ts'

/** What the routes work with. */
export interface RouteContext {
  readonly database: Database
  /** Answers from the cache. */
  readonly caches: Caches
  /** Answers from the database, every time. */
  readonly uncached: Reads
  /** True for a restaurant that there is. Restaurants do not come and go while the app runs. */
  readonly isRestaurant: (id: number) => Promise<boolean>
  /** The current day. */
  readonly today: () => Day
  /** Gives the routes that want it `request.session`. Reads for everybody have none, so that they wait for nothing. */
  readonly withSession: RequestHandler
  /** In front of what answers everybody alike. */
  readonly kept: KeptAnswers
  /** In front of what takes orders. Nobody signs in for that: who has sent too many is known by the address. */
  readonly limitOrders: RequestHandler
}

/** The reads that a request wants. */
export function readsFor(context: RouteContext, request: Request): Reads {
  return wantsCache(request) ? context.caches : context.uncached
}

/** Sends what was read. Unless the route is kept whole nobody keeps it, so that every request shows what the server does. */
export function sendRead(request: Request, response: Response, body: unknown): void {
  setTraceHeaders(response, wantsCache(request) ? 'on' : 'off')
  if (!response.hasHeader('cache-control')) response.set('cache-control', 'no-store')
  response.json(body)
}

/**
 * Sends what was found.
 *
 * @throws Problem 404 when nothing was.
 */
export function sendFound(request: Request, response: Response, what: string, found: object | null): void {
  if (found !== null) return sendRead(request, response, found)
  setTraceHeaders(response, wantsCache(request) ? 'on' : 'off')
  throw notFound(what)
}
