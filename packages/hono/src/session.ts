import { RedstartError, type Session, type Sessions } from '@redstart/core'
import {
  checkSessionOptions,
  type PolicyUse,
  sessionPolicy,
  type SessionPolicyOptions,
  SessionProperty,
  sessionsFrom,
  type SessionsSource,
  usePolicy,
} from '@redstart/core/http'
import type { Context, MiddlewareHandler } from 'hono'
import { CONNECTION_OPTIONS, connectionOf } from './connection.ts'
import { around, type RunOptions } from './run-policies.ts'
import { variablesOf } from './variables.ts'

/** How sessions are put in front of handlers. */
export interface SessionMiddlewareOptions<As extends string = string, Load extends 'eager' | 'lazy' = 'eager' | 'lazy'>
  extends Omit<SessionPolicyOptions, 'howToTrust' | 'load'>, Omit<RunOptions, 'dispatch'> {
  /** The name of the variable: another one for a second kind of sessions in one application. @default 'session' */
  readonly as?: As
  /** `eager`: before the handler, where a cookie came; `lazy`: when the handler asks for it. @default 'eager' */
  readonly load?: Load
}

/** What `c.get` and `c.var` have behind `session()`; loaded lazily it is a function that loads it. */
export interface SessionEnv<
  Data extends object,
  As extends string = 'session',
  Load extends 'eager' | 'lazy' = 'eager',
> {
  Variables: { [Name in As]: Load extends 'lazy' ? () => Promise<Session<Data> | undefined> : Session<Data> }
}

/** Sessions, or what gives them for a request: at the edge, bindings come with each one. */
export type SessionsOfRequest<Data extends object> =
  | SessionsSource<Data>
  | ((c: Context) => SessionsSource<Data> | Promise<SessionsSource<Data>>)

/**
 * Sessions for Hono: `c.get('session')` and `c.var.session` have the data as own properties, and `login()`, `logout()` and
 * the rest as methods. It is loaded before the handler where a cookie came, and stored before the answer is handed to the
 * runtime.
 *
 * ```ts
 * const app = new Hono().use(session(redstart)).post('/login', async (c) => {
 *   await c.var.session.login(user.id)
 *   return c.redirect('/')
 * })
 * ```
 *
 * The same sessions twice in front of one handler are one middleware.
 *
 * @param from an instance, or its `sessions`, or a function that gives one of these for a request: where bindings come
 *   with `c.env`, and nothing may connect before the first request.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function session<Data extends object, As extends string = 'session', Load extends 'eager' | 'lazy' = 'eager'>(
  from: SessionsOfRequest<Data>,
  options: SessionMiddlewareOptions<As, Load> = {},
): MiddlewareHandler<SessionEnv<Data, As, Load>> {
  checkSessionOptions(options, OPTIONS)
  const connection = connectionOf(options)
  const { onError = (error: unknown) => console.error(error), as = 'session', load = 'eager' } = options
  const known = new WeakMap<Sessions<Data>, Parts<Data>>()
  const partsOf = (source: SessionsSource<Data>): Parts<Data> => {
    const sessions = sessionsFrom(source)
    const there = known.get(sessions)
    if (there !== undefined) return there
    const parts = makeParts(sessions, { ...options, as, load, onError })
    known.set(sessions, parts)
    return parts
  }
  // What is wrong with it is told at the start.
  if (typeof from !== 'function') partsOf(from)
  const middleware: MiddlewareHandler = async function redstartSession(c, next) {
    const { property, use } = partsOf(typeof from === 'function' ? await from(c) : from)
    if (property.isOn(variablesOf(c))) return await next()
    if (c.get(as) !== undefined) throw taken(as)
    await around({ c, next, uses: [use], connection, failed: (error) => onError(error, c) })
  }
  return middleware
}

/** What is made once for the sessions of an instance. */
interface Parts<Data extends object> {
  readonly property: SessionProperty<Data>
  readonly use: PolicyUse<Context>
}

type Resolved = SessionMiddlewareOptions & Required<Pick<SessionMiddlewareOptions, 'as' | 'load' | 'onError'>>

function makeParts<Data extends object>(
  sessions: Sessions<Data>,
  { cookie, as, load, onError }: Resolved,
): Parts<Data> {
  const property = new SessionProperty({ sessions, as, load, of: 'c.var' })
  const policy = sessionPolicy(sessions, { ...(cookie !== undefined && { cookie }), load, howToTrust: HOW_TO_TRUST })
  const use = usePolicy(policy, (c: Context, state) => {
    const tell = (error: unknown): void => onError(error, c)
    // Not written right here: V8 would take it for what lives long, and keep all of the request with it.
    state.onFailed = tell
    property.put(variablesOf(c), state)
  })
  return { property, use }
}

function taken(as: string): RedstartError {
  return new RedstartError(
    'INVALID_ARGUMENT',
    `c.var.${as} is there already, from other middleware: take that away, or give session() another name with as`,
  )
}

const HOW_TO_TRUST = 'tell session() how many proxies there are, { proxies: 1 }'

const OPTIONS: ReadonlySet<string> = new Set(['as', 'cookie', 'load', 'onError', ...CONNECTION_OPTIONS])
