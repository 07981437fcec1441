import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  type CachedAdapter,
  type CachedAnswer,
  type CachedFields,
  type CachedRoute,
  type CachedTurn,
  optionsFor,
  webStreamOf,
} from '@redstart/testing'
import type { Context } from 'koa'
import compress from 'koa-compress'
import { cacheFor, cacheResponse, cacheTags, rateLimit, session, sessionOf } from '../../src/index.ts'
import { listen } from '../koa-app.ts'
import type { KoaClass } from '../koa-versions.ts'

/** Koa with a response cache, as the suite sees it. */
export function cachedAdapter(koa: KoaClass): CachedAdapter {
  return {
    uncompressed: ['write'],
    start: async ({ redstart, options, sessions, compression, limited, trustsProxy, logged, routes }) => {
      const app = new koa({ proxy: trustsProxy, maxIpsCount: 1 })
      app.silent = true
      app.use(async (ctx, next) => {
        logged({ method: ctx.method, target: ctx.originalUrl, address: ctx.ip })
        await next()
      })
      if (limited) app.use(rateLimit(redstart, { policies: 'many', clientAddress: 'framework' }))
      const compressing = compress({ threshold: 0 })
      if (compression === 'front') app.use(compressing)
      if (sessions === 'front') app.use(session(redstart))
      app.use(cacheResponse(redstart, { ...optionsFor(options, headerOf), onError: () => {} }))
      if (sessions === 'behind') app.use(session(redstart))
      if (compression === 'behind') app.use(compressing)
      app.use(async (ctx, next) => {
        const route = routes.find((one) => isFor(one, ctx))
        if (route === undefined) await next()
        else await give(ctx, await route.handle(turnOf(ctx)))
      })
      return await listen(app)
    },
  }
}

function isFor({ method, path }: CachedRoute, ctx: Context): boolean {
  if (method !== (ctx.method === 'HEAD' ? 'GET' : ctx.method)) return false
  return path.endsWith('*') ? ctx.path.startsWith(path.slice(0, -1)) : ctx.path === path
}

function headerOf(ctx: Context): (name: string) => string | undefined {
  return (name) => ctx.get(name) || undefined
}

function turnOf(ctx: Context): CachedTurn {
  return {
    method: ctx.method,
    target: ctx.originalUrl,
    host: ctx.host,
    header: headerOf(ctx),
    text: async () => await text(ctx.req),
    session: () => sessionOf<CachedFields>(ctx),
    cacheTags: (...tags) => cacheTags(ctx, ...tags),
    cacheFor: (options) => cacheFor(ctx, options),
  }
}

/** Answers in the words of Koa. */
async function give(ctx: Context, { status = 200, headers = [], body }: CachedAnswer): Promise<void> {
  ctx.status = status
  for (const [name, value] of headers) ctx.append(name, value)
  switch (body.way) {
    case 'send':
      // An empty one for a status without a body makes it 204.
      if (status !== 304) ctx.body = body.bytes
      return
    case 'write':
      ctx.respond = false
      ctx.res.statusCode = status
      return await write(ctx.res, body.pieces)
    case 'pipe':
      ctx.body = Readable.from(body.pieces, { objectMode: false })
      return
    case 'web':
      // Older versions know no streams of the web.
      ctx.body = Readable.fromWeb(webStreamOf(body.pieces))
      return
    case 'file':
      ctx.length = (await stat(body.path)).size
      ctx.type = 'text'
      ctx.body = createReadStream(body.path)
      return
  }
}

/** As handlers do that take the response over. */
async function write(
  response: ServerResponse,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const piece of pieces) {
    if (response.destroyed) return
    if (!response.write(piece)) await roomIn(response)
  }
  response.end()
}

/** Until there is room again, or nobody there. */
async function roomIn(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off('drain', go).off('close', go)
      resolve()
    }
    response.on('drain', go).on('close', go)
  })
}
