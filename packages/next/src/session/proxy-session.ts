import { RedstartError, type RequestSession, type Sessions } from '@redstart/core'
import { endedCookie, matchesRoute, pathSegments, sentValues, serializeCookie } from '@redstart/core/http'
import { NextResponse } from '#next/server'
import { arrivalHere } from '../client-address/arrivals.ts'
import type { Sender } from '../client-address/connection.ts'
import { cookieConnection, type Resolved } from './options.ts'
import { type ProxySessionOptions, type ResolvedProxy, resolvedProxy } from './proxy-options.ts'
import { changedAnswer, cookieWith, type ProxyChanges } from './proxy-response.ts'
import { isOwnPath } from './return-path.ts'

/** What is used of a `NextRequest`. */
export interface ProxyRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly nextUrl: { readonly pathname: string; readonly search: string; readonly basePath: string }
}

/** What else a proxy does; it may leave the answer to whatever is asked for. */
export type ProxyHandler<Incoming> = (request: Incoming) => Response | undefined | Promise<Response | undefined>

/** Makes what `proxy.ts` exports. */
export type ProxySession = <Incoming extends ProxyRequest = ProxyRequest>(
  options?: ProxySessionOptions,
  handler?: ProxyHandler<Incoming>,
) => (request: Incoming) => Promise<Response>

/** One request, as it came to the proxy. */
interface Proxied {
  readonly request: ProxyRequest
  readonly sender: Sender
  /** Of the cookie. */
  readonly values: readonly string[]
  readonly name: string
}

export function proxySessions<Data extends object>(sessions: Sessions<Data>, settings: Resolved): ProxySession {
  return (options = {}, handler) => {
    const own = resolvedProxy(options)
    return async (request) => {
      const proxied = proxiedBy(request, settings)
      const opened = own.load && !isPrefetch(proxied) ? await open(sessions, settings, proxied) : undefined
      const isSignedIn = opened === undefined ? sessions.sealedFor(proxied.values) === 'user' : isUser(opened)
      const answer = isSignedIn || !isProtected(request, own) ? await handler?.(request) : signInAt(request, own)
      const changes = opened === undefined ? NO_CHANGES : changesOf(sessions, settings, proxied, opened)
      return changedAnswer(answer ?? NextResponse.next(), request.headers, changes)
    }
  }
}

const NO_CHANGES: ProxyChanges = { cookies: [], cookie: undefined }

function proxiedBy(request: ProxyRequest, settings: Resolved): Proxied {
  const header: Sender['header'] = (name) => request.headers.get(name) ?? undefined
  const sender = { url: request.url, header }
  const name = settings.format.nameOn(cookieConnection(settings, sender))
  return { request, sender, name, values: sentValues(header('cookie'), name) }
}

/**
 * Of what the client router fetches beforehand, Next.js tells a proxy nothing unless it leaves URLs as they are: it is known
 * of the request that came to the process, where that is remembered, or kept away by the proxy's `matcher`.
 */
function isPrefetch({ sender: { header } }: Proxied): boolean {
  const isRouters = (arrivalHere()?.headers['next-router-prefetch'] ?? header('next-router-prefetch')) !== undefined
  return isRouters || /\bprefetch\b/.test(header('sec-purpose') ?? header('purpose') ?? '')
}

/** Undefined where there is nothing to ask about, and where the store does not answer: pages behind it ask as well. */
async function open<Data extends object>(
  sessions: Sessions<Data>,
  settings: Resolved,
  { sender, values }: Proxied,
): Promise<RequestSession<Data> | undefined> {
  const { formerCookie } = sessions
  const former = formerCookie === undefined ? [] : sentValues(sender.header('cookie'), formerCookie)
  if (values.length === 0 && former.length === 0) return undefined
  const { connection, format, onError } = settings
  const who = { ip: connection.address(sender), userAgent: sender.header('user-agent') }
  const checkCookie = (): void => format.check(cookieConnection(settings, sender))
  try {
    const opened = await sessions.open(values, who, { former, checkCookie })
    if (opened.pending) await stored(opened, onError)
    return opened.refused === 'unavailable' ? undefined : opened
  } catch (error) {
    tellOutage(error, onError)
    return undefined
  }
}

/** What a secret was changed to, or sealed anew, waits until the store answers again. */
async function stored(opened: Pick<RequestSession, 'commit'>, onError: Resolved['onError']): Promise<void> {
  try {
    await opened.commit({ last: true })
  } catch (error) {
    tellOutage(error, onError)
  }
}

function tellOutage(error: unknown, onError: Resolved['onError']): void {
  if (!RedstartError.is(error) || error.status !== 503) throw error
  onError(error)
}

function isUser({ session }: Pick<RequestSession, 'session'>): boolean {
  return session?.userId !== undefined
}

function isProtected({ method, nextUrl: { pathname } }: ProxyRequest, { protect, signIn }: ResolvedProxy): boolean {
  const path = pathSegments(pathname)
  const [own = ''] = (signIn ?? '').split(/[?#]/, 1)
  const isSignIn = own !== '' && path.join('/') === pathSegments(own).join('/')
  return !isSignIn && protect.some((pattern) => matchesRoute(pattern, method, path))
}

function signInAt({ method, url, nextUrl }: ProxyRequest, { signIn = '/', returnTo }: ResolvedProxy): Response {
  const isRead = method === 'GET' || method === 'HEAD'
  const from = `${nextUrl.pathname}${nextUrl.search}`
  const [path = '/', query = ''] = signIn.split('?', 2)
  const parameters = new URLSearchParams(query)
  if (returnTo !== undefined && isRead && from !== '/' && isOwnPath(from)) parameters.set(returnTo, from)
  const to = new URL(`${nextUrl.basePath}${path}`, url)
  to.search = parameters.toString()
  // What was sent must not be sent there: an action would run.
  return NextResponse.redirect(to, isRead ? 307 : 303)
}

/**
 * The request is given the new cookie only where the one that it came with leads nowhere, as where a session was brought
 * over. A next secret is for the browser alone: were it presented before the browser has it, and the answer lost, the
 * browser would be left with a secret that is worth nothing soon.
 */
function changesOf<Data extends object>(
  sessions: Sessions<Data>,
  settings: Resolved,
  { request, sender, name, values }: Proxied,
  { cookie: change, clearsFormer }: RequestSession<Data>,
): ProxyChanges {
  const { formerCookie } = sessions
  const former = clearsFormer ? formerCookie : undefined
  const cookies = former === undefined ? [] : [serializeCookie(endedCookie(former))]
  if (change === undefined) return { cookies, cookie: undefined }
  cookies.unshift(settings.format.header(change, cookieConnection(settings, sender)))
  const isElsewhere = change.kind === 'set' && sessions.sealedFor(values) === undefined
  const sent = request.headers.get('cookie') ?? ''
  return { cookies, cookie: isElsewhere ? cookieWith(sent, { name, value: change.value }, former) : undefined }
}
