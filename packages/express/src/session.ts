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
import type { Request, RequestHandler } from 'express'
import { runPolicies, type RunOptions } from './run-policies.ts'

/** How sessions are put in front of handlers. */
export interface SessionMiddlewareOptions extends Omit<SessionPolicyOptions, 'howToTrust'>, RunOptions {
  /** The property of the request: another one for a second kind of sessions in one application. @default 'session' */
  readonly as?: string
}

/**
 * Sessions for Express: `req.session` has the data as its own properties, and `login()`, `logout()` and the rest as
 * methods. It is loaded before the handler where a cookie came, and stored before the head of the answer leaves.
 *
 * ```ts
 * app.set('trust proxy', 1)
 * app.use(session(redstart))
 * app.post('/login', async (req, res) => {
 *   await req.session.login(user.id)
 *   res.redirect('/')
 * })
 * ```
 *
 * `req.session = null` ends the session, as `destroy()` does. With `load: 'lazy'` it is a function that loads it: see
 * {@link loadSession}. The same sessions twice in front of one handler are one middleware.
 *
 * @param from an instance, or its `sessions`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function session<Data extends object>(
  from: SessionsSource<Data>,
  options: SessionMiddlewareOptions = {},
): RequestHandler {
  checkSessionOptions(options, OPTIONS)
  const sessions = sessionsFrom(from)
  const { as = 'session', cookie, load = 'eager', ...run } = options
  const { onError = (error: unknown) => console.error(error) } = run
  const policy = sessionPolicy(sessions, { ...(cookie !== undefined && { cookie }), load, howToTrust: HOW_TO_TRUST })
  const property = new SessionProperty({ sessions, as, load, of: 'req' })
  const use = usePolicy(policy, (request: Request, state) => {
    const tell = (error: unknown): void => onError(error, request)
    // Not written right here: V8 would take it for what lives long, and keep all of the request with it.
    state.onFailed = tell
    property.put(request, state)
    if (as === 'session' && load === 'eager') Object.defineProperty(request, 'sessionID', SESSION_ID)
  })
  const around = runPolicies([use], run)
  return function redstartSession(request, response, next) {
    if (property.isOn(request)) next()
    else around(request, response, next)
  }
}

/**
 * The session of a request, typed by hand: for who does not want to extend {@link SessionFields}.
 *
 * @param as the property, where `session()` was given another one.
 * @throws TypeError without the middleware, after `destroy()`, and with `load: 'lazy'`.
 */
export function sessionOf<Data extends object>(request: Request, as: string = 'session'): Session<Data> {
  return sessionOn({ object: request, called: 'the request', as })
}

/**
 * The session of a request, loaded now with `load: 'lazy'`; typed by hand.
 *
 * @param as the property, where `session()` was given another one.
 * @throws TypeError without the middleware and after `destroy()`; RedstartError what the store rejects with.
 */
export function loadSession<Data extends object & { readonly then?: never }>(
  request: Request,
  as: string = 'session',
): Promise<Session<Data>> {
  return loadSessionOn({ object: request, called: 'the request', as })
}

/** Classic libraries read it. The same for all requests, as the property itself is. */
const SESSION_ID: PropertyDescriptor = {
  get(this: Request) {
    return this.session?.id
  },
  enumerable: true,
  configurable: true,
}

const HOW_TO_TRUST = "call app.set('trust proxy', 1)"

const OPTIONS: ReadonlySet<string> = new Set(['as', 'cookie', 'load', 'heldBytes', 'onError'])
