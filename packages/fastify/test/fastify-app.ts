import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { basename, dirname } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import compress from '@fastify/compress'
import fastifyStatic from '@fastify/static'
import type { HttpAdapter, HttpAnswer, HttpApp, HttpRoute, StartedHttpApp, Visitor } from '@redstart/testing'
import type { fastify, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { runPolicies, usePolicy } from '../src/index.ts'

export type FastifyFactory = typeof fastify

const require = createRequire(import.meta.url)
const NAMES = {
  'fastify-lowest': (): unknown => require('fastify-lowest'),
  fastify: (): unknown => require('fastify'),
} as const satisfies Record<string, () => unknown>

export type FastifyName = keyof typeof NAMES

/** The versions that the peer range promises, lowest and newest. */
export const FASTIFIES: readonly FastifyName[] = ['fastify-lowest', 'fastify']

export function loadFastify(name: FastifyName): FastifyFactory {
  // The types of the newest are those of all of them, as far as tests use them.
  return NAMES[name]() as FastifyFactory
}

/** Where the plugin of `@fastify/compress` stands. */
export type Compression = 'none' | 'before' | 'behind'

export function fastifyAdapter(factory: FastifyFactory, compression: Compression = 'none'): HttpAdapter {
  return {
    settlesErrors: true,
    start: async (description) => {
      const app = factory()
      if (compression === 'before') await app.register(compress, { encodings: ['gzip'] })
      await app.register(runPolicies, policiesOf(description))
      if (compression === 'behind') await app.register(compress, { encodings: ['gzip'] })
      await withFiles(app)
      addRoutes(app, description.routes)
      return await listen(app)
    },
  }
}

/** States are kept where no two requests meet. */
const states = new WeakMap<FastifyRequest, Visitor>()

export function visitorOf(request: FastifyRequest): Visitor {
  const visitor = states.get(request)
  if (visitor === undefined) throw new Error('The plugin did not run')
  return visitor
}

export function policiesOf({ visitors, others }: HttpApp): Parameters<typeof runPolicies>[1] {
  const uses = [
    usePolicy(visitors, (request: FastifyRequest, visitor) => void states.set(request, visitor)),
    ...others.map((policy) => usePolicy<undefined, FastifyRequest>(policy)),
  ]
  return { uses, onError: () => {} }
}

/** @param visitorFor the state of a request. */
export function addRoutes(
  app: FastifyInstance,
  routes: readonly HttpRoute[],
  visitorFor: (request: FastifyRequest) => Visitor = visitorOf,
): void {
  for (const { method, path: url, handle } of routes)
    app.route({
      method,
      url,
      // Compressed, the first piece would wait for more, and the error would come before the head.
      ...(url === '/torn' && { compress: false }),
      handler: async (request, reply) =>
        give(reply, await handle(visitorFor(request), textOf(request.body), headerOf(request))),
    })
}

export async function listen(app: FastifyInstance): Promise<StartedHttpApp> {
  await app.listen({ port: 0, host: '127.0.0.1' })
  // A server that listens on TCP has an address of this kind.
  const { port } = app.server.address() as AddressInfo
  return {
    port,
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

/** Has replies send files. */
export async function withFiles(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, { root: dirname(import.meta.filename), serve: false })
}

function headerOf({ headers }: FastifyRequest): (name: string) => string | undefined {
  return (name) => headers[name]?.toString()
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : ''
}

export function give(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  for (const [name, value] of answer.headers ?? []) reply.header(name, value)
  switch (answer.kind) {
    case 'json':
      return reply.type('application/json').send(JSON.stringify(answer.value))
    case 'redirect':
      return reply.redirect(answer.to)
    case 'empty':
      return reply.code(answer.status).send()
    case 'file':
      return reply.sendFile(basename(answer.path), dirname(answer.path))
    case 'stream':
      return reply.type(answer.type).send(Readable.from(answer.body))
    case 'torn': {
      const body = new PassThrough()
      body.write(answer.first)
      setImmediate(() => body.destroy(answer.error))
      return reply.type(answer.type).send(body)
    }
  }
}
