import type { Session, Sessions } from '@redstart/core'
import { sessionsFrom, type SessionsSource } from '@redstart/core/http'
import { currentRequest } from './current-request.ts'
import { type NextSessionsOptions, type Resolved, resolved } from './options.ts'
import { type ProxySession, proxySessions } from './proxy-session.ts'
import type { ReadonlySession } from './readonly-session.ts'
import { stateOf } from './states.ts'
import { updateSession } from './update-session.ts'
import { type WithSession, withSessions } from './with-session.ts'

/** Sessions where Next.js has use for them. */
export interface NextSessions<Data extends object, Load extends 'eager' | 'lazy' = 'eager'> {
  /**
   * The session of the request that is served, to be looked at: in server components, and everywhere else. It is loaded
   * once for a request, and no cookie is set. A value is copied when it is first read. Where `updateSession` changed it in
   * the same request, that is what it shows.
   *
   * @throws RedstartError what the store rejects with; and what Next.js throws where there is no request.
   */
  getSession(): Promise<ReadonlySession<Data>>
  /**
   * Changes the session, in server actions and route handlers: what `change` did is stored when it has returned, or has
   * thrown what `redirect()` and `notFound()` throw. Nothing of it is stored where it throws anything else, but for what it
   * has waited for itself, such as `login()`.
   *
   * Within `withSession()`, and in the handler of the proxy, it is their session that is changed, and stored sooner.
   *
   * In `after()` data can be changed, but nobody can be signed in, since no cookie can be set any more: `HEADERS_SENT`.
   *
   * @returns what `change` returns.
   * @throws RedstartError `READ_ONLY` while a page is rendered, or what the session's methods and the store reject with.
   */
  updateSession<T>(change: (session: Session<Data>) => T | Promise<T>): Promise<T>
  /**
   * A route handler with the session in what it is given beside the request. It is stored before the answer leaves; where it
   * cannot be, the answer is a 503.
   *
   * ```ts
   * export const POST = withSession(async (request, { session }) => {
   *   await session.login(await userOf(request))
   *   return Response.redirect(new URL('/', request.url), 303)
   * })
   * ```
   *
   * With parameters: `withSession<RouteContext<'/dishes/[slug]'>>(async (request, { session, params }) => ...)`.
   */
  readonly withSession: WithSession<Data, Load>
  /**
   * What `proxy.ts` exports: sends those away who are not signed in, by the seal of their cookie or by asking the store,
   * and has secrets changed that are due.
   *
   * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
   */
  readonly proxySession: ProxySession
}

/**
 * Sessions for an app of Next.js: the same cookies and the same records as those of the other adapters.
 *
 * ```ts
 * // lib/session.ts
 * export const { getSession, updateSession, withSession, proxySession } = nextSessions(redstart)
 * ```
 *
 * @param from an instance, or its `sessions`.
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function nextSessions<Data extends object, Load extends 'eager' | 'lazy' = 'eager'>(
  from: SessionsSource<Data>,
  options: NextSessionsOptions<Load> = {},
): NextSessions<Data, Load> {
  const settings = resolved(options)
  const sessions = sessionsFrom(from)
  return {
    getSession: async () => await getSession(sessions, settings),
    updateSession: async (change) => await updateSession(sessions, settings, change),
    withSession: withSessions(sessions, settings),
    proxySession: proxySessions(sessions, settings),
  }
}

async function getSession<Data extends object>(
  sessions: Sessions<Data>,
  settings: Resolved,
): Promise<ReadonlySession<Data>> {
  const request = await currentRequest()
  return await stateOf(request.work, sessions).read({ request, settings })
}
