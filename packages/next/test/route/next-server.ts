import '../next-environment.ts'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StartedHttpApp } from '@redstart/testing'
import { registerClientAddress } from '../../src/http.ts'
import { type NextModules, nextModules, type RouteModule } from './next-modules.ts'

/** What a file `route.ts` exports. */
export type Route = Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handler>>>
export type Handler = (request: Request, context: { readonly params: Promise<unknown> }) => Response | Promise<Response>

export type Proxy = (
  request: Request,
  event: unknown,
) => Response | undefined | void | Promise<Response | undefined | void>

/** Of the kind of Express. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

export interface ListenOptions {
  /** Stands in front of all. */
  readonly middleware?: Middleware
  /** What `proxy.ts` exports. */
  readonly proxy?: Proxy
  /** `instrumentation.ts` calls `registerClientAddress()`. @default true */
  readonly registers?: boolean
}

/** Has route handlers listen, by the modules of Next.js that call them and send their answers. */
export async function listen(
  routeOf: (path: string) => Route,
  { proxy, middleware = goOn, registers = true }: ListenOptions = {},
): Promise<StartedHttpApp> {
  const next = nextModules()
  const modules = new Map<Route, RouteModule>()
  const unregister = registers ? registerClientAddress() : () => {}
  const server = createServer((request, response) => {
    const path = decoded((request.url ?? '/').split('?', 1)[0] ?? '/')
    const route = routeOf(path)
    const module = modules.get(route) ?? moduleOf(next, route, modules.size)
    modules.set(route, module)
    middleware(request, response, () => void serve({ next, module, request, response, proxy }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      unregister()
    },
  }
}

function moduleOf({ AppRouteRouteModule }: NextModules, route: Route, n: number): RouteModule {
  const page = `/file${n}/route`
  return new AppRouteRouteModule({
    definition: { kind: 'APP_ROUTE', page, pathname: page, filename: 'route', bundlePath: '' },
    distDir: '.next',
    relativeProjectDir: '',
    resolvedPagePath: 'route.ts',
    nextConfigOutput: undefined,
    userland: () => route,
    getUserland: undefined,
  })
}

const goOn: Middleware = (_request, _response, next) => next()

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

interface Serving {
  readonly next: NextModules
  readonly module: RouteModule
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly proxy: Proxy | undefined
}

/** As the entry of a route does it (`build/templates/app-route` of Next.js), behind what its server does to headers. */
async function serve({ next, module, request, response, proxy }: Serving): Promise<void> {
  const { headers, socket } = request
  headers['x-forwarded-host'] ??= headers.host ?? 'localhost'
  headers['x-forwarded-proto'] ??= 'http'
  headers['x-forwarded-for'] ??= socket.remoteAddress ?? ''
  const protocol = String(headers['x-forwarded-proto']).includes('https') ? 'https' : 'http'
  next.addRequestMeta(request, 'initURL', `${protocol}://localhost:3000${request.url}`)
  const asked = new next.NodeNextRequest(request)
  const answered = new next.NodeNextResponse(response)
  const incoming = next.NextRequestAdapter.fromNodeNextRequest(asked, next.signalFromNodeResponse(response))
  try {
    const instead = proxy && (await goThrough(next, proxy, { request, response }))
    if (instead !== undefined) return await next.sendResponse(asked, answered, instead)
    await module.ensureUserland()
    const answer = await module.handle(incoming, contextOf(response))
    await next.sendResponse(asked, answered, answer)
  } catch {
    if (!response.headersSent) await next.sendResponse(asked, answered, new Response(null, { status: 500 }))
    else if (!response.writableEnded && !response.destroyed) response.end()
  }
}

/** As the server and its router do it. @returns what the proxy answered; undefined where it goes on. */
async function goThrough(
  { adapter }: NextModules,
  proxy: Proxy,
  { request: { headers, method, url }, response }: Pick<Serving, 'request' | 'response'>,
): Promise<Response | undefined> {
  const request = { headers, method, url: `http://localhost:3000${url}`, nextConfig: {}, page: {} }
  const { response: answer } = await adapter({ handler: proxy, request, page: '/proxy' })
  if (!answer.headers.has('x-middleware-next')) return answer
  for (const [name, value] of answer.headers) if (name !== 'x-middleware-next') response.setHeader(name, value)
  return undefined
}

function contextOf(response: ServerResponse): object {
  return {
    params: {},
    previewProps: { previewModeId: PREVIEW },
    renderOpts: {
      experimental: {},
      cacheComponents: false,
      supportsDynamicResponse: true,
      onClose: (listener: () => void) => void response.on('close', listener),
    },
    sharedContext: { buildId: 'build', deploymentId: '' },
  }
}

/** The value of the cookie `__prerender_bypass` of those who look at drafts. */
export const PREVIEW = 'of-an-editor'
