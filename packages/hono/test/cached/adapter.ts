import { Readable } from 'node:stream'
import { getConnInfo } from '@hono/node-server/conninfo'
import {
  type CachedAdapter,
  type CachedAnswer,
  type CachedFields,
  type CachedTurn,
  optionsFor,
  webStreamOf,
} from '@redstart/testing'
import type { Session } from '@redstart/core'
import type { Context, Hono } from 'hono'
import { compress } from 'hono/compress'
import { stream } from 'hono/streaming'
import { addressFrom, cacheFor, cacheResponse, cacheTags, rateLimit, session } from '../../src/index.ts'
import type { OwnContext } from '../hono-app.ts'
import { listen, sendFile } from '../node-adapter.ts'

/** Hono with a response cache on Node.js, as the suite sees it. */
export function cachedAdapter(create: () => Hono): CachedAdapter {
  return {
    start: async ({ redstart, options, sessions, compression, limited, trustsProxy, logged, routes }) => {
      const connection = { address: addressFrom(getConnInfo), proxies: trustsProxy ? 1 : 0 }
      const app = create()
      app.use('*', async (c: OwnContext, next) => {
        logged({ method: c.req.method, target: targetOf(c), address: getConnInfo(c).remote.address })
        await next()
      })
      if (limited) app.use('*', rateLimit(redstart, { policies: 'many', clientAddress: 'framework', ...connection }))
      const compressing = compress({ threshold: 0 })
      if (compression === 'front') app.use('*', compressing)
      const sessionsOf = session(redstart, connection)
      if (sessions === 'front') app.use('*', sessionsOf)
      app.use('*', cacheResponse(redstart, { ...optionsFor(options, headerOf), ...connection, onError: () => {} }))
      if (sessions === 'behind') app.use('*', sessionsOf)
      if (compression === 'behind') app.use('*', compressing)
      for (const { method, path, handle } of routes)
        app.on(method, path, async (c: OwnContext) => await give(c, await handle(turnOf(c))))
      app.onError((_error, c) => c.text('Internal Server Error', 500))
      return await listen(app)
    },
  }
}

/** Path and query, as far as Hono has them. */
function targetOf(c: Context): string {
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}

function headerOf(c: Context): (name: string) => string | undefined {
  return (name) => c.req.header(name)
}

function turnOf(c: Context): CachedTurn {
  return {
    method: c.req.method,
    target: targetOf(c),
    host: new URL(c.req.url).host,
    header: headerOf(c),
    text: async () => await c.req.text(),
    // What the middleware put there.
    session: () => c.get('session') as Session<CachedFields>,
    cacheTags: (...tags) => cacheTags(c, ...tags),
    cacheFor: (options) => cacheFor(c, options),
  }
}

/** Answers in the words of Hono. */
async function give(c: OwnContext, { status = 200, headers = [], body }: CachedAnswer): Promise<Response> {
  // Any that a test names.
  c.status(status as 200)
  for (const [name, value] of headers) c.header(name, value, { append: true })
  switch (body.way) {
    case 'send':
      return status === 204 || status === 304 ? c.body(null) : c.body(new Uint8Array(body.bytes))
    case 'write':
      return stream(c, async (writer) => {
        for await (const piece of body.pieces) {
          if (writer.aborted) return
          await writer.write(piece)
        }
      })
    case 'pipe':
      // That of Node.js itself, Readable.toWeb, reads ahead of whoever is slow.
      return c.body(webStreamOf(Readable.from(body.pieces, { objectMode: false })))
    case 'web':
      return c.body(webStreamOf(body.pieces))
    case 'file':
      return await sendFile(c, body.path)
  }
}
