import type { Duration, Redstart } from '@redstart/core'
import { cacheResponse } from '@redstart/express'
import type { Request, RequestHandler } from 'express'

/** How long answers of one route are kept, and what tells them apart; handlers say their tags with `cacheTags()`. */
export interface KeptAnswer {
  /** @default its handler says it with `cacheFor()` */
  readonly ttl?: Duration
  /** Beside the URL. */
  readonly key?: () => string
}

/** Middleware for a route whose answers are kept whole: those that are the same for everybody who asks. */
export type KeptAnswers = (options: KeptAnswer) => readonly RequestHandler[]

/** Keeps answers as they left, in front of the caches of what they are made of: a hit reads no rows and writes no JSON. */
export function keptAnswers(redstart: Redstart): KeptAnswers {
  return (options) => [
    beforehand,
    cacheResponse(redstart, {
      ...options,
      // Of one Redis, the other apps have pages under the same paths.
      namespace: 'office-pages',
      // Browsers ask each time, so that every request shows what the server does; mostly they hear that nothing changed.
      browser: 0,
      skip: (request) => !wantsCache(request),
    }),
  ]
}

/** Whether a request wants the cache: `?cache=off` or `x-cache: off` asks the database, to compare. */
export function wantsCache(request: Request): boolean {
  return request.get('x-cache') !== 'off' && request.query['cache'] !== 'off'
}

/** `x-cache` of an answer that no handler is asked for. A handler says what is so; of that nothing is kept. */
const beforehand: RequestHandler = (request, response, next) => {
  if (wantsCache(request)) response.set({ 'x-cache': 'hit', 'cache-control': 'no-cache="x-cache"' })
  next()
}
