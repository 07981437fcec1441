import { type Policies, RedstartError } from '@redstart/core'
import {
  type LimitedRoute,
  type LimiterSource,
  type LimitingOptions,
  limitRequests,
  type RateLimitRule,
} from '@redstart/core/http'
import type { PolicyUse } from '@redstart/core/node-http'
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { patternOf } from './route-pattern.ts'
import { policiesHook, type RunOptions } from './run-policies.ts'

/** When requests are limited: before their body is read, or behind it, for a key or a cost that is in it. */
export type RateLimitHook = 'onRequest' | 'preHandler'

/** What a route says of its limits, in place of what the plugin was registered with: `false` for none. */
export type RateLimitRouteConfig =
  | false
  | ((
      | RateLimitRule<Policies, FastifyRequest>
      | { readonly rules: readonly RateLimitRule<Policies, FastifyRequest>[] }
    ) & {
      /** @default that of the plugin */
      readonly hook?: RateLimitHook
    })

/** How requests are limited: those of all routes that say nothing else, where there are `policies` or `rules`. */
export interface RateLimitPluginOptions
  extends LimitingOptions<Policies, FastifyRequest>, Partial<RateLimitRule<Policies, FastifyRequest>>, RunOptions {
  /** What `createRedstart()` returned, or its limiter. */
  readonly redstart: LimiterSource<Policies>
  /** Several, in the place of one. @default none */
  readonly rules?: readonly RateLimitRule<Policies, FastifyRequest>[]
  /** @default 'onRequest' */
  readonly hook?: RateLimitHook
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The limits of this route: `false` for none. @default as `rateLimit` was registered */
    rateLimit?: RateLimitRouteConfig
  }
}

/**
 * Rate limits for Fastify, for all routes of a scope and what is not found there, or for those that say so: who has used up a
 * quota is answered 429, all others are told in headers what they have left.
 *
 * ```ts
 * const app = Fastify({ trustProxy: '10.0.0.0/8' })
 * await app.register(rateLimit, { redstart, policies: 'api', clientAddress: 'framework' })
 * app.post('/orders', { config: { rateLimit: { policies: 'orders', key: (request) => request.session.userId } } }, order)
 * app.get('/health', { config: { rateLimit: false } }, async () => 'ok')
 * ```
 *
 * The policies are those of `createRedstart({ policies })`. `clientAddress: 'framework'` is `request.ip`, by `trustProxy`. For
 * a key from a session, register that first. What was decided of a request: `rateLimitOf(request)`.
 *
 * Rejects with RedstartError `INVALID_ARGUMENT` for an option that is not allowed, a policy that there is not, and a rule that
 * can never match or is there twice; and so does a route with such a config, or with a `match` for another route.
 */
export const rateLimit: FastifyPluginAsync<RateLimitPluginOptions> = fastifyPlugin(
  async (fastify: FastifyInstance, options: RateLimitPluginOptions): Promise<void> => {
    const { redstart, hook = 'onRequest', heldBytes, onError, ...limits } = options
    const own = limitOf(redstart, limits, hook)
    const ofRoutes = new WeakMap<object, RouteLimit>()
    fastify.addHook('onRoute', ({ config, method, url }) => {
      const said: unknown = config?.rateLimit
      if (said === undefined || said === false) return
      if (typeof said !== 'object' || said === null) throw notALimit(said)
      // Of a GET, which Fastify gives a HEAD beside it with the same config.
      if (method === 'HEAD' && ofRoutes.has(said)) return
      // Checked as any other options are.
      const { hook: when = hook, ...rule } = said as Exclude<RateLimitRouteConfig, false>
      const route = { methods: [method].flat(), path: patternOf(url) }
      const limit = limitOf(redstart, { ...withoutRule(limits), ...rule }, when, route)
      if (limit.uses === undefined) throw notALimit(said)
      ofRoutes.set(said, limit)
    })
    const run = { ...(heldBytes !== undefined && { heldBytes }), ...(onError !== undefined && { onError }) }
    for (const when of ['onRequest', 'preHandler'] as const)
      fastify.addHook(
        when,
        policiesHook((request) => {
          const said = request.routeOptions.config.rateLimit
          const limit = said === undefined ? own : said === false ? NONE : ofRoutes.get(said)
          return limit?.hook === when ? limit.uses : undefined
        }, run),
      )
  },
  { fastify: '5.x', name: '@redstart/fastify/rate-limit' },
)

interface RouteLimit {
  readonly hook: RateLimitHook
  /** Undefined where nothing is limited. */
  readonly uses: readonly PolicyUse<FastifyRequest>[] | undefined
}

const NONE: RouteLimit = { hook: 'onRequest', uses: undefined }

type Limits = Omit<RateLimitPluginOptions, 'redstart' | 'hook' | keyof RunOptions>

function limitOf(
  redstart: LimiterSource<Policies>,
  limits: Limits,
  hook: RateLimitHook,
  route?: LimitedRoute,
): RouteLimit {
  if (hook !== 'onRequest' && hook !== 'preHandler')
    throw new RedstartError('INVALID_ARGUMENT', "the option hook is not allowed; expected 'onRequest' or 'preHandler'")
  const { policies, rules, ...others } = limits
  if (policies !== undefined && rules === undefined)
    return { hook, uses: [limitRequests<Policies, FastifyRequest>(redstart, { ...others, policies }, [], route)] }
  const stray = RULE_MEMBERS.find((member) => member in limits)
  if (stray !== undefined)
    throw new RedstartError(
      'INVALID_ARGUMENT',
      `${stray} is there ${rules === undefined ? 'without policies' : 'beside rules'}: say it in the rule that it is for`,
    )
  if (rules === undefined) return { ...NONE, hook }
  return {
    hook,
    uses: [limitRequests<Policies, FastifyRequest>(redstart, { ...withoutRule(limits), rules }, [], route)],
  }
}

const RULE_MEMBERS = ['policies', 'match', 'key', 'cost', 'plan', 'skip', 'refund'] as const

/** A route says all of its rule itself. */
function withoutRule(limits: Limits): LimitingOptions<Policies, FastifyRequest> {
  const { policies: _1, match: _2, key: _3, cost: _4, plan: _5, skip: _6, refund: _7, rules: _8, ...others } = limits
  return others
}

function notALimit(said: unknown): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `a route has ${typeof said === 'object' ? 'no policies' : typeof said} in config.rateLimit; expected false, or a rule such as { policies: 'api' }`,
  )
}
