import { createRedstart, type Redstart, type RedstartOptions } from '@redstart/core'
import type { FastifyInstance, FastifyServerOptions, LightMyRequestResponse } from 'fastify'
import { session, type SessionPluginOptions } from '../../src/index.ts'
import type { FastifyFactory } from '../fastify-app.ts'

export interface SessionAppParts {
  readonly fastify: FastifyFactory
  /** What the instance of Fastify is made with. */
  readonly server?: FastifyServerOptions
  readonly redstart?: RedstartOptions
  readonly options?: Omit<SessionPluginOptions, 'redstart'>
  readonly routes?: (app: FastifyInstance, redstart: Redstart) => void | Promise<void>
}

export interface SessionApp {
  readonly app: FastifyInstance
  readonly redstart: Redstart
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/** An app with sessions in memory, for `inject`. */
export async function sessionApp({
  fastify,
  server,
  redstart: own,
  options,
  routes,
}: SessionAppParts): Promise<SessionApp> {
  const redstart = createRedstart(own)
  const app = fastify(server)
  await app.register(session, { redstart, ...options })
  usualRoutes(app)
  await routes?.(app, redstart)
  return {
    app,
    redstart,
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await redstart.close()
    },
  }
}

declare module '../../src/index.ts' {
  interface SessionFields {
    views: number
  }
}

function usualRoutes(app: FastifyInstance): void {
  app.get('/views', ({ session: own }) => ({ views: (own.views = (own.views ?? 0) + 1) }))
  app.get('/who', ({ session: own }) => ({ userId: own.userId ?? null }))
  app.post<{ Params: { user: string } }>('/login/:user', async ({ session: own, params }, reply) => {
    await own.login(params.user)
    return reply.redirect('/who')
  })
  app.post('/logout', async ({ session: own }, reply) => {
    await own.logout()
    return reply.code(204).send()
  })
}

/** A browser of one cookie, for `inject`. */
export class Visitor {
  readonly #app: FastifyInstance
  readonly jar: Map<string, string>

  constructor(app: FastifyInstance, jar: Iterable<readonly [string, string]> = []) {
    this.#app = app
    this.jar = new Map(jar)
  }

  async ask(method: 'GET' | 'POST' | 'HEAD', url: string): Promise<LightMyRequestResponse> {
    const answer = await this.#app.inject({ method, url, cookies: Object.fromEntries(this.jar) })
    for (const { name, value, maxAge } of answer.cookies)
      if (maxAge === 0) this.jar.delete(name)
      else this.jar.set(name, value)
    return answer
  }
}
