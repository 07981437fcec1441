import '../next-environment.ts'
import type { Policies } from '@redstart/core'
import { type LimitAdapter, type LimitAppOptions, ruleFor } from '@redstart/testing'
import { limitRoute, type LimitRouteOptions, rateLimitOf } from '../../src/http.ts'
import { give } from '../route/adapter.ts'
import { listen, type Route } from '../route/next-server.ts'

type Handle = (request: Request) => Promise<Response>

/** Route handlers with rate limits, as the suite of limits sees them: around each of them, and around the one for all others. */
export const limitAdapter: LimitAdapter = {
  start: async ({ redstart, everywhere, trustsProxy, routes }) => {
    const limited = (options: LimitAppOptions | undefined, handler: Handle): Handle => {
      if (options === undefined) return handler
      const wrapped = limitRoute(redstart, { ...optionsOf(options), proxies: trustsProxy ? 1 : 0 }, handler)
      return async (request) => await wrapped(request, undefined)
    }
    const routeOf = new Map<string, Route>()
    for (const { method, path, limit, handle } of routes) {
      const handler: Handle = async (request) => await give(await handle(rateLimitOf(request)?.allowed))
      routeOf.set(path, { [method]: limited(everywhere, limited(limit, handler)) })
    }
    const nowhere = { GET: limited(everywhere, async () => new Response(null, { status: 404 })) }
    return await listen((path) => routeOf.get(path) ?? nowhere)
  },
}

function optionsOf({ rules, ...options }: LimitAppOptions): LimitRouteOptions<Policies> {
  return {
    ...options,
    rules: rules.map((rule) => ruleFor(rule, (request: Request, name) => request.headers.get(name) ?? undefined)),
  }
}
