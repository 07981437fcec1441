import type { ServerResponse } from 'node:http'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import compress from '@fastify/compress'
import {
  type CachedAdapter,
  type CachedAnswer,
  type CachedFields,
  type CachedTurn,
  optionsFor,
  webStreamOf,
} from '@redstart/testing'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { cacheFor, cacheResponse, cacheTags, rateLimit, session, sessionOf } from '../../src/index.ts'
import { type FastifyFactory, listen, withFiles } from '../fastify-app.ts'

/** Fastify with a response cache, as the suite sees it. */
export function cachedAdapter(fastify: FastifyFactory): CachedAdapter {
  return {
    uncompressed: ['write'],
    compressesAll: true,
    start: async ({ redstart, options, sessions, compression, limited, trustsProxy, logged, routes }) => {
      const app = fastify({ trustProxy: trustsProxy ? '127.0.0.1' : false })
      app.addHook('onRequest', async (request) => {
        logged({ method: request.method, target: request.originalUrl, address: request.ip })
      })
      if (limited) await app.register(rateLimit, { redstart, policies: 'many', clientAddress: 'framework' })
      const compressing = { threshold: 0, encodings: ['br', 'gzip'] } as const
      if (compression === 'front') await app.register(compress, { ...compressing, encodings: ['br', 'gzip'] })
      if (sessions === 'front') await app.register(session, { redstart })
      // In front of sessions means before their hook.
      const hook = sessions === 'behind' ? 'onRequest' : 'preHandler'
      await app.register(cacheResponse, { redstart, hook, ...optionsFor(options, headerOf), onError: () => {} })
      if (sessions === 'behind') await app.register(session, { redstart })
      if (compression === 'behind') await app.register(compress, { ...compressing, encodings: ['br', 'gzip'] })
      await withFiles(app)
      app.removeAllContentTypeParsers()
      app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
      for (const { method, path: url, handle } of routes)
        app.route({
          method,
          url,
          handler: async (request, reply) => await give(reply, await handle(turnOf(request))),
        })
      return await listen(app)
    },
  }
}

function headerOf(request: FastifyRequest): (name: string) => string | undefined {
  return (name) => {
    const value = request.headers[name]
    return Array.isArray(value) ? value.join(', ') : value
  }
}

function turnOf(request: FastifyRequest): CachedTurn {
  return {
    method: request.method,
    target: request.originalUrl,
    host: request.host,
    header: headerOf(request),
    text: async () => (typeof request.body === 'string' ? request.body : ''),
    session: () => sessionOf<CachedFields>(request),
    cacheTags: (...tags) => cacheTags(request, ...tags),
    cacheFor: (options) => cacheFor(request, options),
  }
}

/** Answers in the words of Fastify. */
async function give(reply: FastifyReply, { status = 200, headers = [], body }: CachedAnswer): Promise<FastifyReply> {
  reply.code(status)
  for (const [name, value] of headers) reply.header(name, value)
  switch (body.way) {
    case 'send':
      return reply.send(status === 204 || status === 304 ? undefined : body.bytes)
    case 'write':
      reply.hijack()
      for (const [name, value] of headers) reply.raw.setHeader(name, value)
      reply.raw.statusCode = status
      await write(reply.raw, body.pieces)
      return reply
    case 'pipe':
      return reply.send(Readable.from(body.pieces, { objectMode: false }))
    case 'web':
      return reply.send(webStreamOf(body.pieces))
    case 'file':
      return reply.sendFile(basename(body.path), dirname(body.path), { cacheControl: false })
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
