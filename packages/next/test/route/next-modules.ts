import '../next-environment.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'

/**
 * The parts of Next.js that stand between a server of Node.js and a route handler, as they are in the package: what calls
 * handlers, makes their requests and sends their answers. Their types are said here, since those of Next.js change those of
 * Node.js for all that is compiled with them.
 */
export interface NextModules {
  readonly AppRouteRouteModule: new (parts: object) => RouteModule
  readonly NextRequestAdapter: {
    fromNodeNextRequest(request: object, signal: AbortSignal): Request
  }
  readonly signalFromNodeResponse: (response: ServerResponse) => AbortSignal
  readonly NodeNextRequest: new (request: IncomingMessage) => object
  readonly NodeNextResponse: new (response: ServerResponse) => object
  readonly sendResponse: (request: object, response: object, answer: Response) => Promise<void>
  /** Runs a proxy. */
  readonly adapter: (run: object) => Promise<{ readonly response: Response }>
  readonly addRequestMeta: (request: IncomingMessage, key: string, value: unknown) => void
}

export interface RouteModule {
  ensureUserland(): Promise<void>
  handle(request: Request, context: object): Promise<Response>
}

export function nextModules(): NextModules {
  // It would put another fetch into the process of all tests; by this it knows that it has.
  Reflect.set(globalThis, Symbol.for('next-patch'), true)
  const require = createRequire(import.meta.url)
  const load = (path: string): object => require(`next/dist/server/${path}`) as object // CommonJS
  return {
    ...load('route-modules/app-route/module.js'),
    ...load('web/spec-extension/adapters/next-request.js'),
    ...load('base-http/node.js'),
    ...load('send-response.js'),
    ...load('web/adapter.js'),
    ...load('request-meta.js'),
  } as NextModules // What these modules export.
}
