/**
 * Redstart for Hono: sessions, and whatever else a policy of `@redstart/core/http` decides, as middleware, on Node.js,
 * Cloudflare Workers, Deno and Bun.
 *
 * @packageDocumentation
 */
export { type PolicyUse, rateLimitOf, usePolicy } from '@redstart/core/http'
export { answerErrors } from './answer-errors.ts'
export {
  cacheFor,
  type CacheOfRequest,
  cacheResponse,
  type CacheResponseMiddlewareOptions,
  cacheTags,
} from './cache-response.ts'
export { addressFrom, type ConnectionOptions } from './connection.ts'
export { refuseCrossSite } from './refuse-cross-site.ts'
export { type LimiterOfRequest, rateLimit, type RateLimitEnv, type RateLimitMiddlewareOptions } from './rate-limit.ts'
export { runPolicies, type RunOptions } from './run-policies.ts'
export { session, type SessionEnv, type SessionMiddlewareOptions, type SessionsOfRequest } from './session.ts'
