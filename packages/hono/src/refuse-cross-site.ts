import { crossSitePolicy, type CrossSiteOptions, usePolicy } from '@redstart/core/http'
import type { MiddlewareHandler } from 'hono'
import type { ConnectionOptions } from './connection.ts'
import { runPolicies } from './run-policies.ts'

/**
 * Answers 403 to requests that change something and come from a page of another origin, as browsers say it: the first
 * defence against request forgery, before tokens. See `crossSitePolicy`.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no origin.
 */
export function refuseCrossSite({
  proxies = 0,
  ...options
}: CrossSiteOptions & Pick<ConnectionOptions, 'proxies'> = {}): MiddlewareHandler {
  return runPolicies([usePolicy(crossSitePolicy(options))], { proxies })
}
