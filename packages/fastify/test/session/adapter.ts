import formbody from '@fastify/formbody'
import type { KeptFields, SessionAdapter, SessionTurn } from '@redstart/testing'
import type { FastifyRequest } from 'fastify'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { type FastifyFactory, give, listen, withFiles } from '../fastify-app.ts'

/** Fastify with sessions, as the suite of sessions sees it. */
export function sessionAdapter(fastify: FastifyFactory): SessionAdapter {
  return {
    settlesErrors: true,
    howToTrust: "make the instance with trustProxy, as in Fastify({ trustProxy: '10.0.0.0/8' })",
    start: async ({ redstart, options, trustsProxy, routes }) => {
      const app = fastify({ trustProxy: trustsProxy ? '127.0.0.1' : false })
      await app.register(session, { redstart, ...options })
      await app.register(formbody)
      await withFiles(app)
      for (const { method, path: url, handle } of routes)
        app.route({ method, url, handler: async (request, reply) => give(reply, await handle(turnOf(request))) })
      return await listen(app)
    },
  }
}

function turnOf(request: FastifyRequest): SessionTurn {
  return {
    method: request.method,
    query: new URL(request.originalUrl, 'http://app').searchParams,
    header: (name) => {
      const value = request.headers[name]
      return Array.isArray(value) ? value.join(', ') : value
    },
    get session() {
      return sessionOf<KeptFields>(request)
    },
    load: async () => await loadSession<KeptFields>(request),
    unset: () => {
      request.session = null
    },
  }
}
