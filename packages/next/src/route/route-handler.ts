/**
 * What Next.js calls for a method of a route.
 *
 * @typeParam Incoming the request: `NextRequest`, or the `Request` that it is.
 * @typeParam Context what Next.js gives beside it: the parameters of the route.
 */
export type RouteHandler<Incoming extends Request = Request, Context = unknown> = (
  request: Incoming,
  context: Context,
) => Response | Promise<Response>

/** A handler with something around it. */
export type WrappedRoute<Incoming extends Request = Request, Context = unknown> = (
  request: Incoming,
  context: Context,
) => Promise<Response>
