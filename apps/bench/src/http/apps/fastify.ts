import { Readable } from 'node:stream'
import { cacheResponse } from '@redstart/fastify'
import Fastify, { type FastifyInstance, type FastifyPluginCallback, type RouteHandlerMethod } from 'fastify'
import lcache from 'fastify-lcache'
import { oursFor, TTL } from '../ours.ts'
import { inPieces, page, type Path, readyPages } from '../pages.ts'
import { PEERS, READY, type Stack } from '../stacks.ts'

export async function listenWithFastify(stack: Stack, url: string): Promise<number> {
  const app = Fastify({ keepAliveTimeout: 0 })
  await addCache(app, stack, url)
  for (const path of ['/fast', '/slow'] as const)
    app.get(`${path}/:id`, stack.name === READY ? sendsReady() : makes(path))
  app.get('/stream/:id', async (request, reply) => {
    await reply.type('application/json').send(Readable.from(inPieces(idOf(request.params))))
  })
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

/** As its documentation sets it up. */
async function addCache(app: FastifyInstance, stack: Stack, url: string): Promise<void> {
  const redstart = await oursFor(stack, url)
  if (redstart !== undefined) await app.register(cacheResponse, { redstart, ttl: TTL })
  if (stack.name === PEERS.Fastify) await app.register(pluginOf(lcache), { ttlInMinutes: 60 })
}

/** A default export of CommonJS is a property of what Node.js imports. */
function pluginOf(module: unknown): FastifyPluginCallback<{ readonly ttlInMinutes: number }> {
  const plugin: unknown = typeof module === 'function' ? module : Reflect.get(Object(module), 'default')
  if (typeof plugin !== 'function') throw new TypeError('fastify-lcache exports no plugin')
  return plugin as ReturnType<typeof pluginOf> // As it is documented.
}

function makes(path: Path): RouteHandlerMethod {
  return async (request) => await page(path, idOf(request.params))
}

function sendsReady(): RouteHandlerMethod {
  const pages = readyPages()
  return (request, reply) => {
    const ready = pages.get(idOf(request.params))
    void reply.headers(ready?.headers ?? {}).send(ready?.bytes)
  }
}

function idOf(params: unknown): string {
  return (params as { readonly id: string }).id // The routes have it.
}
