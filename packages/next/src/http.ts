/**
 * What stands around the route handlers, server actions and the proxy of Next.js.
 *
 * @packageDocumentation
 */
export { type PolicyUse, usePolicy } from '@redstart/core/http'
export type { ConnectionOptions } from './client-address/connection.ts'
export { registerClientAddress } from './client-address/register-client-address.ts'
export type { RouteHandler, WrappedRoute } from './route/route-handler.ts'
export { runPolicies, type RunOptions } from './route/run-policies.ts'
