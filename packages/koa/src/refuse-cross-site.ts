import { crossSitePolicy, type CrossSiteOptions } from '@redstart/core/http'
import { usePolicy } from '@redstart/core/node-http'
import type { Middleware } from 'koa'
import { runPolicies } from './run-policies.ts'

/**
 * Answers 403 to requests that change something and come from a page of another origin, as browsers say it: the first
 * defence against request forgery, before tokens. See `crossSitePolicy`.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no origin.
 */
export function refuseCrossSite(options?: CrossSiteOptions): Middleware<object, object> {
  return runPolicies([usePolicy(crossSitePolicy(options))])
}
