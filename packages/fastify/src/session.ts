import {
  checkSessionOptions,
  sessionPolicy,
  type SessionPolicyOptions,
  SessionProperty,
  sessionsFrom,
  type SessionsSource,
} from '@redstart/core/http'
import { type PolicyUse, usePolicy } from '@redstart/core/node-http'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { checkRouteConfig, routeConfigOf } from './route-config.ts'
import { logError, policiesHook, type RunOptions } from './run-policies.ts'
import { decorateSession, shownOn } from './session-decorator.ts'

/** How sessions are put in front of handlers. */
export interface SessionPluginOptions extends Omit<SessionPolicyOptions, 'howToTrust'>, RunOptions {
  /** What `createRedstart()` returned, or its sessions. */
  readonly redstart: SessionsSource<object>
  /** The property of the request: another one for a second kind of sessions in one application. @default 'session' */
  readonly as?: string
}

/**
 * Sessions for Fastify: `request.session` has the data as its own properties, and `login()`, `logout()` and the rest as
 * methods. It is loaded before the handler where a cookie came, and stored before the head of the answer leaves.
 *
 * ```ts
 * const app = Fastify({ trustProxy: 1 })
 * await app.register(session, { redstart })
 * app.post('/login', async (request, reply) => {
 *   await request.session.login(user.id)
 *   return reply.redirect('/')
 * })
 * app.get('/health', { config: { session: false } }, async () => 'ok')
 * ```
 *
 * `request.session = null` ends the session, as `destroy()` does. With `load: 'lazy'`, here or in the `config` of a route,
 * it is a function that loads it: see `loadSession`.
 *
 * Rejects with RedstartError `INVALID_ARGUMENT` for an option that is not allowed, and where the scope has such a property
 * already.
 */
export const session: FastifyPluginAsync<SessionPluginOptions> = fastifyPlugin(
  async (fastify: FastifyInstance, options: SessionPluginOptions): Promise<void> => {
    checkSessionOptions(options, OPTIONS)
    const { redstart: _redstart, as = 'session', cookie: _cookie, load = 'eager', ...run } = options
    const other = load === 'eager' ? 'lazy' : 'eager'
    const uses = new Map(([load, other] as const).map((how) => [how, [sessionUse(options, how)]] as const))
    const usesFor = (request: FastifyRequest): readonly PolicyUse<FastifyRequest>[] | undefined => {
      const own = routeConfigOf(request.routeOptions, as)
      return own === false ? undefined : uses.get(own?.load ?? load)
    }
    decorateSession(fastify, as)
    fastify.addHook('onRoute', (route) => checkRouteConfig(route, as))
    fastify.addHook('onRequest', policiesHook(usesFor, run))
  },
  { fastify: '5.x', name: '@redstart/fastify' },
)

const OPTIONS: ReadonlySet<string> = new Set(['redstart', 'as', 'cookie', 'load', 'heldBytes', 'onError'])

const HOW_TO_TRUST = "make the instance with trustProxy, as in Fastify({ trustProxy: '10.0.0.0/8' })"

function sessionUse(options: SessionPluginOptions, load: 'eager' | 'lazy'): PolicyUse<FastifyRequest> {
  const { redstart, as = 'session', cookie, onError = logError } = options
  const sessions = sessionsFrom(redstart)
  const policy = sessionPolicy(sessions, { ...(cookie !== undefined && { cookie }), load, howToTrust: HOW_TO_TRUST })
  const property = new SessionProperty({ sessions, as, load, of: 'request' })
  return usePolicy(policy, (request: FastifyRequest, state) => {
    const shown = shownOn(request)
    property.isOn(shown)
    property.put(shown, state)
    const tell = (error: unknown): void => onError(error, request)
    // Not written right here: V8 would take it for what lives long, and keep all of the request with it.
    state.onFailed = tell
  })
}
