/**
 * What stands around the route handlers, server actions and the proxy of Next.js.
 *
 * @packageDocumentation
 */
export { type PolicyUse, rateLimitOf, usePolicy } from '@redstart/core/http'
export type { ConnectionOptions } from './client-address/connection.ts'
export { registerClientAddress } from './client-address/register-client-address.ts'
export type { ActionCall } from './limit/action-exchange.ts'
export {
  type ActionRule,
  limitAction,
  type LimitActionOptions,
  type LimitedAction,
  type LimitedResult,
} from './limit/limit-action.ts'
export { type LimitedProxy, limitProxy, type LimitProxyOptions, type ProxyHandler } from './limit/limit-proxy.ts'
export { limitRoute, type LimitRouteOptions } from './limit/limit-route.ts'
export { cacheFor, cacheResponse, type CacheRouteOptions, cacheTags } from './route/cache-response.ts'
export type { RouteHandler, WrappedRoute } from './route/route-handler.ts'
export { runPolicies, type RunOptions } from './route/run-policies.ts'
