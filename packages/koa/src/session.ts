import type { Session } from '@redstart/core'
import {
  checkSessionOptions,
  loadSessionOn,
  sessionOn,
  sessionPolicy,
  type SessionPolicyOptions,
  SessionProperty,
  sessionsFrom,
  type SessionsSource,
} from '@redstart/core/http'
import { usePolicy } from '@redstart/core/node-http'
import type { Context, Middleware, Next } from 'koa'
import { emitError, runPolicies, type RunOptions } from './run-policies.ts'
import type { LazySessionContext, SessionContext } from './session-context.ts'

/** How sessions are put in front of handlers. */
export interface SessionMiddlewareOptions extends Omit<SessionPolicyOptions, 'howToTrust'>, RunOptions {
  /** The property of the context: another one for a second kind of sessions in one application. @default 'session' */
  readonly as?: string
}

/** Options with which `ctx.session` is the session itself. */
export type EagerSession = SessionMiddlewareOptions & { readonly as?: 'session'; readonly load?: 'eager' }

/** Options with which `ctx.session` loads it. */
export type LazySession = SessionMiddlewareOptions & { readonly as?: 'session'; readonly load: 'lazy' }

/**
 * Sessions for Koa: `ctx.session` has the data as its own properties, and `login()`, `logout()` and the rest as methods. It
 * is loaded before the handler where a cookie came, and stored before the head of the answer leaves.
 *
 * ```ts
 * const app = new Koa({ proxy: true, maxIpsCount: 1 }).use(session(redstart))
 * app.use(async (ctx) => {
 *   await ctx.session.login(user.id)
 *   ctx.redirect('/')
 * })
 * ```
 *
 * `ctx.session = null` ends the session, as `destroy()` does. With `load: 'lazy'` it is a function that loads it: see
 * {@link loadSession}. The same sessions twice in front of one handler are one middleware.
 *
 * @param from an instance, or its `sessions`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function session<Data extends object>(
  from: SessionsSource<Data>,
  options?: EagerSession,
): Middleware<object, SessionContext<Data>>
export function session<Data extends object>(
  from: SessionsSource<Data>,
  options: LazySession,
): Middleware<object, LazySessionContext<Data>>
export function session<Data extends object>(
  from: SessionsSource<Data>,
  options: SessionMiddlewareOptions,
): Middleware<object, object>
export function session<Data extends object>(
  from: SessionsSource<Data>,
  options: SessionMiddlewareOptions = {},
): Middleware<object, object> {
  checkSessionOptions(options, OPTIONS)
  const sessions = sessionsFrom(from)
  const { as = 'session', cookie, load = 'eager', ...run } = options
  const { onError = emitError } = run
  const policy = sessionPolicy(sessions, { ...(cookie !== undefined && { cookie }), load, howToTrust: HOW_TO_TRUST })
  const property = new SessionProperty({ sessions, as, load, of: 'ctx' })
  const use = usePolicy(policy, (ctx: Context, state) => {
    const tell = (error: unknown): void => onError(error, ctx)
    // Not written right here: V8 would take it for what lives long, and keep all of the request with it.
    state.onFailed = tell
    property.put(ctx, state)
  })
  const around = runPolicies([use], run)
  return function redstartSession(ctx: Parameters<typeof around>[0], next: Next): unknown {
    return property.isOn(ctx) ? next() : around(ctx, next)
  }
}

/**
 * The session of a context, typed by hand: where the type of the context does not know it.
 *
 * @param as the property, where `session()` was given another one.
 * @throws TypeError without the middleware, after `destroy()`, and with `load: 'lazy'`.
 */
export function sessionOf<Data extends object>(ctx: object, as: string = 'session'): Session<Data> {
  return sessionOn({ object: ctx, called: 'the context', as })
}

/**
 * The session of a context, loaded now with `load: 'lazy'`; typed by hand.
 *
 * @param as the property, where `session()` was given another one.
 * @throws TypeError without the middleware and after `destroy()`; RedstartError what the store rejects with.
 */
export function loadSession<Data extends object & { readonly then?: never }>(
  ctx: object,
  as: string = 'session',
): Promise<Session<Data>> {
  return loadSessionOn({ object: ctx, called: 'the context', as })
}

const HOW_TO_TRUST = 'make the application with new Koa({ proxy: true, maxIpsCount: 1 })'

const OPTIONS: ReadonlySet<string> = new Set(['as', 'cookie', 'load', 'heldBytes', 'onError'])
