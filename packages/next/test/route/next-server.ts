import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { StartedHttpApp } from '@redstart/testing'
import { registerClientAddress } from '../../src/http.ts'
import { type NextModules, nextModules, type RouteModule } from './next-modules.ts'

/** What a file `route.ts` exports. */
export type Route = Readonly<Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', Handler>>>
export type Handler = (request: Request, context: { readonly params: Promise<unknown> }) => Response | Promise<Response>

/** Has route handlers listen, by the modules of Next.js that call them and send their answers. */
export async function listen(routeOf: (path: string) => Route): Promise<StartedHttpApp> {
  const next = nextModules()
  const modules = new Map<Route, RouteModule>()
  const unregister = registerClientAddress()
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const route = routeOf(path)
    const module = modules.get(route) ?? moduleOf(next, route)
    modules.set(route, module)
    void serve(next, module, request, response)
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

function moduleOf({ AppRouteRouteModule }: NextModules, route: Route): RouteModule {
  return new AppRouteRouteModule({
    definition: { kind: 'APP_ROUTE', page: '/route', pathname: '/route', filename: 'route', bundlePath: '' },
    distDir: '.next',
    relativeProjectDir: '',
    resolvedPagePath: 'route.ts',
    nextConfigOutput: undefined,
    userland: () => route,
    getUserland: undefined,
  })
}

/** As the entry of a route does it (`build/templates/app-route` of Next.js), behind what its server does to headers. */
async function serve(
  next: NextModules,
  module: RouteModule,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
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
    await module.ensureUserland()
    const answer = await module.handle(incoming, contextOf(response))
    await next.sendResponse(asked, answered, answer)
  } catch {
    if (!response.headersSent) await next.sendResponse(asked, answered, new Response(null, { status: 500 }))
    else if (!response.writableEnded && !response.destroyed) response.end()
  }
}

function contextOf(response: ServerResponse): object {
  return {
    params: {},
    previewProps: undefined,
    renderOpts: {
      experimental: {},
      cacheComponents: false,
      supportsDynamicResponse: true,
      onClose: (listener: () => void) => void response.on('close', listener),
    },
    sharedContext: { buildId: 'build', deploymentId: '' },
  }
}
