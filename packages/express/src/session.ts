import type { Session, Sessions } from '@redstart/core'
import { sessionPolicy, type SessionPolicyOptions, type SessionState } from '@redstart/core/http'
import type { Request, RequestHandler } from 'express'
import { usePolicy } from './policy-use.ts'
import { runPolicies, type RunOptions } from './run-policies.ts'

/** How sessions are put in front of handlers. */
export interface SessionMiddlewareOptions extends Omit<SessionPolicyOptions, 'insecureAdvice'>, RunOptions {
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
 * With `load: 'lazy'` it is a function that loads it: `const session = await req.session()`.
 *
 * @param from an instance, or its `sessions`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function session<Data extends object>(
  from: Sessions<Data> | { readonly sessions: Sessions<Data> },
  { as = 'session', cookie, load = 'eager', ...run }: SessionMiddlewareOptions = {},
): RequestHandler {
  const sessions = 'sessions' in from ? from.sessions : from
  const policy = sessionPolicy(sessions, { ...(cookie && { cookie }), load, insecureAdvice: ADVICE })
  const expose = load === 'lazy' ? exposeLazily : exposeLoaded
  return runPolicies([usePolicy(policy, (request, state) => expose(request, as, state))], run)
}

/**
 * The session of a request, typed by hand: for who does not want to extend {@link SessionFields}.
 *
 * @throws TypeError without the middleware, after `destroy()`, and with `load: 'lazy'`.
 */
export function sessionOf<Data extends object>(request: Request): Session<Data> {
  const found: unknown = Reflect.get(request, 'session')
  if (typeof found !== 'object' || found === null)
    throw new TypeError('the request has no session: is session(redstart) used before this handler?')
  // What the middleware put there; its data are what the application says they are.
  return found as Session<Data>
}

const ADVICE = "call app.set('trust proxy', 1) where a proxy ends TLS, and have it send X-Forwarded-Proto"

function exposeLoaded<Data extends object>(request: Request, as: string, state: SessionState<Data>): void {
  const get = (): Session<Data> | undefined => {
    state.used = true
    return state.opened?.session
  }
  Object.defineProperty(request, as, { get, enumerable: true, configurable: true })
  if (as !== 'session') return
  Object.defineProperty(request, 'sessionID', { get: () => get()?.id, enumerable: true, configurable: true })
}

function exposeLazily<Data extends object>(request: Request, as: string, state: SessionState<Data>): void {
  const load = async (): Promise<Session<Data> | undefined> => {
    state.used = true
    return (await state.open()).session
  }
  Object.defineProperty(request, as, { value: load, enumerable: true, configurable: true })
}
