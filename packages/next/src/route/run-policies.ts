import type { PolicyUse } from '@redstart/core/http'
import { connectionOf, type ConnectionOptions } from '../client-address/connection.ts'
import type { RouteHandler, WrappedRoute } from './route-handler.ts'
import { runRoute } from './run-route.ts'

export interface RunOptions extends ConnectionOptions {
  /** Told what a policy failed with after the handler, and why a handler was answered in its place with 503. @default console.error */
  readonly onError?: (error: unknown, request: Request) => void
}

/**
 * Runs policies around the handler of a route: they decide in their order, and settle in the opposite one, before the answer
 * is handed to Next.js. Its body is not waited for, and streams stay streams.
 *
 * ```ts
 * export const GET = runPolicies([usePolicy(policy)], {}, async (request) => Response.json(await menu()))
 * ```
 *
 * `redirect()`, `notFound()` and the like leave with what policies give. So do errors of Redstart, answered by what they
 * mean: 401 for `requireUser()` where nobody is signed in, 503 where the store did not do its part. All others are for
 * Next.js. A route with policies is never prerendered.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function runPolicies<Incoming extends Request, Context>(
  uses: readonly PolicyUse<Incoming>[],
  options: RunOptions,
  handler: RouteHandler<Incoming, Context>,
): WrappedRoute<Incoming, Context> {
  const connection = connectionOf(options)
  const { onError = (error: unknown) => console.error(error) } = options
  return function redstartRoute(request, context): Promise<Response> {
    const failed = (error: unknown): void => onError(error, request)
    return runRoute({ request, context, uses, handler, whole: redstartRoute, connection, failed })
  }
}
