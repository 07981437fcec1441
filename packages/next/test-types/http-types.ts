import { createRedstart, fixedWindow } from '@redstart/core'
import {
  cacheFor,
  cacheResponse,
  cacheTags,
  limitAction,
  type LimitedResult,
  limitProxy,
  limitRoute,
  rateLimitOf,
} from '@redstart/next/http'
import type { NextFetchEvent, NextProxy, NextRequest } from 'next/server.js'

const redstart = createRedstart({ policies: { orders: fixedWindow({ limit: 5, window: '1m' }) } })

/** As Next.js checks what `route.ts` exports. */
interface RouteModule {
  readonly GET: (
    request: NextRequest,
    context: { readonly params: Promise<{ readonly slug: string }> },
  ) => Response | void | Promise<Response | void>
  readonly POST: RouteModule['GET']
  readonly PUT: RouteModule['GET']
}

export const route: RouteModule = {
  GET: cacheResponse(
    redstart,
    {
      ttl: '1m',
      key: (request) => request.nextUrl.pathname,
      user: async (request) => await Promise.resolve(request.cookies.get('user')?.value),
    },
    async (request: NextRequest, { params }: { readonly params: Promise<{ readonly slug: string }> }) => {
      cacheTags(request, `dish:${(await params).slug}`)
      cacheFor(request, { ttl: '1h' })
      return Response.json(request.nextUrl.searchParams.get('page'))
    },
  ),
  POST: limitRoute(redstart, { policies: 'orders', clientAddress: { hops: 1 } }, (request) =>
    Response.json(rateLimitOf(request)?.policies['orders']?.remaining),
  ),
  PUT: limitRoute(
    redstart,
    { policies: ['orders'], key: (request) => request.cookies.get('user')?.value },
    cacheResponse(redstart, {}, async (request: NextRequest) => new Response(request.nextUrl.pathname)),
  ),
}

export const order: (table: number, form: FormData) => Promise<LimitedResult<string>> = limitAction(
  redstart,
  { policies: 'orders', key: ({ args: [table], header }) => `${table} ${header('user-agent')}` },
  async (table: number, form: FormData) => `${table} ${form.has('dish')}`,
)

export const proxy: NextProxy = limitProxy(
  redstart,
  { policies: 'orders', clientAddress: { proxies: ['10.0.0.0/8'] }, actions: 'only', prefetches: 'leave' },
  (request: NextRequest, event: NextFetchEvent) => {
    event.waitUntil(Promise.resolve())
    return request.nextUrl.pathname === '/old' ? Response.redirect(new URL('/', request.url), 308) : undefined
  },
)

// @ts-expect-error there is no such policy
limitRoute(redstart, { policies: 'order', clientAddress: { hops: 1 } }, () => new Response())
// @ts-expect-error how a request ends is not known in the proxy
limitProxy(redstart, { policies: 'orders', clientAddress: { hops: 1 }, refund: 'success' })
