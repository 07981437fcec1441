/**
 * Redstart for Koa: sessions, and whatever else a policy of `@redstart/core/http` decides, as middleware.
 *
 * @packageDocumentation
 */
export { type PolicyUse, usePolicy } from '@redstart/core/node-http'
export { cacheFor, cacheResponse, type CacheResponseMiddlewareOptions, cacheTags } from './cache-response.ts'
export { refuseCrossSite } from './refuse-cross-site.ts'
export { rateLimitOf } from '@redstart/core/http'
export { rateLimit, type RateLimitMiddlewareOptions } from './rate-limit.ts'
export { runPolicies, type RunOptions } from './run-policies.ts'
export { loadSession, session, type SessionMiddlewareOptions, sessionOf } from './session.ts'
export type { LazySessionContext, SessionContext } from './session-context.ts'
