import { RedstartError, type RequestSession, type Sessions } from '@redstart/core'
import { matchesRoute, pathSegments } from '@redstart/core/http'
import { NextResponse } from '#next/server'
import { workAsyncStorage } from '#next/work-storage'
import { arrivalHere } from '../client-address/arrivals.ts'
import type { Sender } from '../client-address/connection.ts'
import type { Resolved } from './options.ts'
import { ProxiedSession } from './proxied-session.ts'
import { type ProxySessionOptions, type ResolvedProxy, resolvedProxy } from './proxy-options.ts'
import { changedAnswer } from './proxy-response.ts'
import { isOwnPath } from './return-path.ts'
import { stateOf } from './states.ts'

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

export function proxySessions<Data extends object>(sessions: Sessions<Data>, settings: Resolved): ProxySession {
  return (options = {}, handler) => {
    const own = resolvedProxy(options)
    return async (request) => {
      const sender: Sender = { url: request.url, header: (name) => request.headers.get(name) ?? undefined }
      const proxied = new ProxiedSession(sessions, settings, sender)
      const work = workAsyncStorage.getStore()
      if (work !== undefined) stateOf(work, sessions).adopt(proxied)
      const opened = own.load && proxied.isSent ? await asked(proxied, request, settings) : undefined
      const isSignedIn = opened === undefined ? proxied.isSealedForUser : opened.session?.userId !== undefined
      const answer = isSignedIn || !isProtected(request, own) ? await handler?.(request) : signInAt(request, own)
      return changedAnswer(answer ?? NextResponse.next(), request.headers, proxied.changes)
    }
  }
}

/**
 * Of what the client router fetches beforehand, Next.js tells a proxy nothing unless it leaves URLs as they are: it is known
 * of the request that came to the process, where that is remembered. Anybody may say it of a request, so that it spares
 * the session a use, and the request no question.
 */
function isPrefetch({ headers }: ProxyRequest): boolean {
  if (arrivalHere()?.headers['next-router-prefetch'] !== undefined || headers.has('next-router-prefetch')) return true
  return /\bprefetch\b/.test(headers.get('sec-purpose') ?? headers.get('purpose') ?? '')
}

/**
 * Images are told how long they may be kept whatever the proxy says, by caches in front too: with them no cookie may leave.
 */
function isImage({ nextUrl: { pathname } }: ProxyRequest): boolean {
  return pathname.startsWith('/_next/image')
}

/** Undefined where the store does not answer: pages behind it ask as well. */
async function asked<Data extends object>(
  proxied: ProxiedSession<Data>,
  request: ProxyRequest,
  { onError }: Resolved,
): Promise<RequestSession<Data> | undefined> {
  try {
    const isGlance = isPrefetch(request) || isImage(request)
    const opened = isGlance ? await proxied.glance() : await proxied.open()
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
    await opened.commit()
  } catch (error) {
    tellOutage(error, onError)
  }
}

function tellOutage(error: unknown, onError: Resolved['onError']): void {
  if (!RedstartError.is(error) || error.status !== 503) throw error
  onError(error)
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
