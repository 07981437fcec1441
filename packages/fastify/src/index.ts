/**
 * Redstart for Fastify: sessions, and whatever else a policy of `@redstart/core/http` decides, as plugins.
 *
 * @packageDocumentation
 */
export { type PolicyUse, usePolicy } from '@redstart/core/node-http'
export {
  cacheFor,
  cacheResponse,
  type CacheResponseHook,
  type CacheResponsePluginOptions,
  type CacheResponseRouteConfig,
  cacheTags,
} from './cache-response.ts'
export { refuseCrossSite } from './refuse-cross-site.ts'
export type { SessionFields, SessionRouteConfig } from './request.ts'
export { rateLimitOf } from '@redstart/core/http'
export { rateLimit, type RateLimitHook, type RateLimitPluginOptions, type RateLimitRouteConfig } from './rate-limit.ts'
export { runPolicies, type RunOptions, type RunPoliciesOptions } from './run-policies.ts'
export { session, type SessionPluginOptions } from './session.ts'
export { loadSession, sessionOf } from './session-of.ts'
