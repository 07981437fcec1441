import '../next-environment.ts'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Session } from '@redstart/core'
import type { HttpPolicy } from '@redstart/core/http'
import {
  type CachedAdapter,
  type CachedAnswer,
  type CachedApp,
  type CachedFields,
  type CachedTurn,
  optionsFor,
  webStreamOf,
} from '@redstart/testing'
import { cacheFor, cacheResponse, cacheTags, limitRoute, runPolicies, usePolicy } from '../../src/http.ts'
import { nextSessions } from '../../src/session/index.ts'
import { type Handler, listen, type Middleware, type Route } from '../route/next-server.ts'

type Context = Parameters<Handler>[1]

/** Route handlers with a response cache, as the suite sees them: around each of them. */
export const cachedAdapter: CachedAdapter = {
  sendsLengths: false,
  start: async (app) => {
    const wrap = wrapOf(app)
    const routes = app.routes.map(({ method, path, handle }) => ({
      path,
      method,
      handler: wrap(async (request, context) => give(await handle(turnOf(request, context)))),
    }))
    const known = new Map<string, Route>()
    const routeOf = (path: string): Route => {
      const found = known.get(path) ?? Object.fromEntries(routes.filter(matching(path)).map(entryOf))
      known.set(path, found)
      return found
    }
    const nowhere = { GET: wrap(async () => new Response('Not Found', { status: 404 })) }
    return await listen((path) => (Object.keys(routeOf(path)).length > 0 ? routeOf(path) : nowhere), {
      ...(app.compression === 'front' && { middleware: compression }),
    })
  },
}

/** What stands around each handler, the outermost one first. */
function wrapOf({
  redstart,
  options,
  sessions,
  limited,
  trustsProxy,
  logged,
}: CachedApp): (handler: Handler) => Handler {
  const connection = { proxies: trustsProxy ? 1 : 0 }
  const { withSession } = nextSessions(redstart, connection)
  const cached = { ...optionsFor(options, headerOf), ...connection, onError: () => {} }
  return (handler) => {
    const inner: Handler = sessions === 'behind' ? withSession(handler) : handler
    const cache = cacheResponse(redstart, cached, inner)
    const outer: Handler = sessions === 'front' ? withSession(cache) : cache
    const limits = { policies: 'many', clientAddress: 'framework', ...connection } as const
    const all: Handler = limited ? limitRoute(redstart, limits as never, outer) : outer
    const log: HttpPolicy<undefined> = {
      name: 'log',
      decide: ({ method, target, peer }) => {
        logged({ method, target, address: peer })
        return { type: 'next', state: undefined }
      },
    }
    return runPolicies([usePolicy(log)], {}, all)
  }
}

/** The one that Next.js has in its server, in front of all that it answers. */
const compression: Middleware = (() => {
  const require = createRequire(import.meta.url)
  const make = require('next/dist/compiled/compression') as (options: object) => Middleware // its own export
  return make({ threshold: 0 })
})()

function matching(path: string): (route: { readonly path: string }) => boolean {
  return (route) => route.path === path || (route.path.endsWith('*') && path.startsWith(route.path.slice(0, -1)))
}

function entryOf({ method, handler }: { readonly method: string; readonly handler: Handler }): [string, Handler] {
  return [method, handler]
}

function targetOf({ url }: Request): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

function headerOf(request: Request): (name: string) => string | undefined {
  return (name) => request.headers.get(name) ?? undefined
}

function turnOf(request: Request, context: Context): CachedTurn {
  return {
    method: request.method,
    target: targetOf(request),
    host: request.headers.get('host') ?? undefined,
    header: headerOf(request),
    text: async () => await request.text(),
    // What withSession() put there.
    session: () => Reflect.get(context, 'session') as Session<CachedFields>,
    cacheTags: (...tags) => cacheTags(request, ...tags),
    cacheFor: (options) => cacheFor(request, options),
  }
}

/** Answers as handlers of Next.js do. */
async function give({ status = 200, headers = [], body }: CachedAnswer): Promise<Response> {
  const init = { status, headers: headers.map(([name, value]): [string, string] => [name, value]) }
  if ([204, 304].includes(status)) return new Response(null, init)
  switch (body.way) {
    case 'send':
      return new Response(new Uint8Array(body.bytes), init)
    case 'file':
      return new Response(await readFile(body.path), init)
    default:
      return new Response(webStreamOf(body.pieces), init)
  }
}
