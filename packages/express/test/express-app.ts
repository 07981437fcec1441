import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HttpAdapter, HttpAnswer, HttpApp, StartedHttpApp, Visitor } from '@redstart/testing'
import compression from 'compression'
import type express from 'express'
import type { Express, Request, RequestHandler, Response } from 'express'
import { runPolicies, usePolicy } from '../src/index.ts'

export type ExpressFactory = typeof express

const require = createRequire(import.meta.url)
const NAMES = {
  'express-4-lowest': (): unknown => require('express-4-lowest'),
  'express-4': (): unknown => require('express-4'),
  express: (): unknown => require('express'),
} as const satisfies Record<string, () => unknown>

export type ExpressName = keyof typeof NAMES

/** The versions that the peer range promises, lowest and newest. */
export const EXPRESSES: readonly ExpressName[] = ['express-4-lowest', 'express-4', 'express']

export async function loadExpress(name: ExpressName): Promise<ExpressFactory> {
  // Express 4 brings no types here; what is used of it is the same.
  return NAMES[name]() as ExpressFactory
}

/** Where the middleware of `compression` stands. */
export type Compression = 'none' | 'before' | 'behind'

/** What an adapter that is broken does otherwise. */
export interface ExpressAdapterParts {
  readonly policies?: (app: HttpApp) => RequestHandler
  readonly visitorOf?: (request: Request) => Visitor
}

export function expressAdapter(
  express: ExpressFactory,
  compressed: Compression,
  { policies = policiesOf, visitorOf = keptVisitor }: ExpressAdapterParts = {},
): HttpAdapter {
  return {
    settlesErrors: true,
    start: async (description) => {
      const app = express()
      app.set('env', 'test')
      if (compressed === 'before') app.use(compression())
      app.use(policies(description))
      if (compressed === 'behind') app.use(compression())
      for (const route of description.routes) {
        const handler: RequestHandler = (request, response, next) => {
          route
            .handle(visitorOf(request), String(request.body ?? ''), (name) => request.get(name))
            .then(async (answer) => await give(response, answer))
            .catch(next)
        }
        if (route.method === 'GET') app.get(route.path, handler)
        else app.post(route.path, express.text(), handler)
      }
      return await listen(app)
    },
  }
}

export async function listen(app: Express): Promise<StartedHttpApp> {
  const server = app.listen(0, '127.0.0.1')
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
    },
  }
}

/** States are kept where no two requests meet. */
const states = new WeakMap<Request, Visitor>()

function keptVisitor(request: Request): Visitor {
  const visitor = states.get(request)
  if (visitor === undefined) throw new Error('The middleware did not run')
  return visitor
}

export function policiesOf({ visitors, others }: HttpApp): RequestHandler {
  const uses = [
    usePolicy(visitors, (request: Request, visitor) => void states.set(request, visitor)),
    ...others.map((policy) => usePolicy(policy)),
  ]
  return runPolicies(uses, { onError: () => {} })
}

/** Answers in the words of Express. */
export async function give(response: Response, answer: HttpAnswer): Promise<void> {
  for (const [name, value] of answer.headers ?? []) response.append(name, value)
  switch (answer.kind) {
    case 'json':
      return void response.json(answer.value)
    case 'redirect':
      return response.redirect(answer.to)
    case 'empty':
      return void response.status(answer.status).end()
    case 'file':
      return response.sendFile(answer.path)
    case 'stream':
      response.type(answer.type)
      return await pipeline(Readable.from(answer.body), response).catch(() => {})
    case 'torn':
      response.type(answer.type).write(answer.first)
      throw answer.error
  }
}
