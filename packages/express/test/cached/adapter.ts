import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  type CachedAdapter,
  type CachedAnswer,
  type CachedFields,
  type CachedTurn,
  optionsFor,
  webStreamOf,
} from '@redstart/testing'
import compression from 'compression'
import type { Request, RequestHandler, Response } from 'express'
import { cacheFor, cacheResponse, cacheTags, rateLimit, session, sessionOf } from '../../src/index.ts'
import { type ExpressFactory, listen } from '../express-app.ts'

/** Express with a response cache, as the suite sees it. */
export function cachedAdapter(express: ExpressFactory): CachedAdapter {
  return {
    start: async ({ redstart, options, sessions, compression: compressed, limited, trustsProxy, logged, routes }) => {
      const app = express()
      app.set('env', 'test')
      app.set('trust proxy', trustsProxy ? 1 : false)
      app.use((request, _response, next) => {
        logged({ method: request.method, target: request.originalUrl, address: request.ip })
        next()
      })
      if (limited) app.use(rateLimit(redstart, { policies: 'many', clientAddress: 'framework' }))
      const compress = compression({ threshold: 0 })
      if (compressed === 'front') app.use(compress)
      if (sessions === 'front') app.use(session(redstart))
      app.use(cacheResponse(redstart, { ...optionsFor(options, headerOf), onError: () => {} }))
      if (sessions === 'behind') app.use(session(redstart))
      if (compressed === 'behind') app.use(compress)
      for (const { method, path, handle } of routes) {
        const handler: RequestHandler = (request, response, next) => {
          handle(turnOf(request))
            .then(async (answer) => await give(response, answer))
            .catch(next)
        }
        // The two major versions have no pattern in common.
        const all = path.endsWith('*') ? new RegExp(`^${path.slice(0, -1)}`) : path
        app[METHODS[method]](all, express.text({ type: () => true }), handler)
      }
      return await listen(app)
    },
  }
}

const METHODS = { GET: 'get', POST: 'post', PUT: 'put', DELETE: 'delete' } as const

function headerOf(request: Request): (name: string) => string | undefined {
  return (name) => request.get(name)
}

function turnOf(request: Request): CachedTurn {
  return {
    method: request.method,
    target: request.originalUrl,
    host: request.hostname,
    header: headerOf(request),
    text: async () => (typeof request.body === 'string' ? request.body : ''),
    session: () => sessionOf<CachedFields>(request),
    cacheTags: (...tags) => cacheTags(request, ...tags),
    cacheFor: (options) => cacheFor(request, options),
  }
}

/** Answers in the words of Express. */
async function give(response: Response, { status = 200, headers = [], body }: CachedAnswer): Promise<void> {
  response.status(status)
  for (const [name, value] of headers) response.append(name, value)
  switch (body.way) {
    case 'send':
      return void response.send(body.bytes)
    case 'write':
      for await (const piece of body.pieces) {
        if (response.destroyed) return
        if (!response.write(piece)) await roomIn(response)
      }
      return void response.end()
    case 'pipe':
      return await pipeline(Readable.from(body.pieces), response).catch(() => {})
    case 'web':
      return await pipeline(webStreamOf(body.pieces), response).catch(() => {})
    case 'file':
      return response.sendFile(body.path)
  }
}

/** Until there is room again, or nobody there. */
async function roomIn(response: Response): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
