import { RedstartError } from '../errors.ts'
import type { RequestSession, Sessions } from '../session/sessions.ts'
import { cookieValues } from './cookies.ts'
import type { Capture, HttpExchange, HttpPolicy, ResponseHead, Settlement } from './exchange.ts'
import { problemOf } from './problem.ts'
import { SessionCookieFormat, type SessionCookieOptions } from './session-cookie.ts'

/** How a middleware puts sessions in front of requests. */
export interface SessionPolicyOptions {
  readonly cookie?: SessionCookieOptions
  /** `eager`: before the handler, where a cookie came; `lazy`: when the handler asks for it. @default 'eager' */
  readonly load?: 'eager' | 'lazy'
  /** What to do about a request that should have come over TLS, in the framework's words. */
  readonly insecureAdvice?: string
}

/** The session of one exchange. */
export interface SessionState<Data extends object> {
  /** Opens it, once; later calls give the same one. */
  open(): Promise<RequestSession<Data>>
  /** The opened one; undefined before that. */
  readonly opened: RequestSession<Data> | undefined
  /** The handler has looked at it: what it answers depends on who asks. */
  used: boolean
}

/**
 * Sessions around a handler: opened before it, stored before the head of its answer leaves, so that nobody who follows a
 * redirect comes too early. What could not be stored is a 503 in place of the answer.
 */
export function sessionPolicy<Data extends object>(
  sessions: Sessions<Data>,
  { cookie, load = 'eager', insecureAdvice = 'let the framework trust the proxy' }: SessionPolicyOptions = {},
): HttpPolicy<SessionState<Data>> {
  const format = new SessionCookieFormat(cookie)
  return {
    name: 'session',
    async decide(exchange) {
      const state = stateOf(sessions, format, exchange)
      if (load === 'eager') await state.open()
      return { type: 'next', state }
    },
    settle(exchange, state, head) {
      const { opened } = state
      if (opened === undefined) return undefined
      // A handler that failed has not finished what it was doing with the data.
      const stored = head.status >= 500 || !opened.pending ? undefined : failureOf(opened)
      const leave = (failed: RedstartError | undefined): Settlement => {
        // A cookie that is cleared is, whatever else went wrong.
        if (failed === undefined || opened.cookie?.kind === 'clear') setCookie(exchange, opened, format, insecureAdvice)
        if (failed !== undefined) return { type: 'replace', reply: problemOf(failed) }
        protect(exchange, state, opened, head)
        opened.headLeaves()
        return late(opened, head)
      }
      return stored === undefined ? leave(undefined) : stored.then(leave)
    },
  }
}

function stateOf<Data extends object>(
  sessions: Sessions<Data>,
  format: SessionCookieFormat,
  exchange: HttpExchange,
): SessionState<Data> {
  let opening: Promise<RequestSession<Data>> | undefined
  let opened: RequestSession<Data> | undefined
  return {
    used: false,
    get opened() {
      return opened
    },
    open() {
      const values = cookieValues(exchange.header('cookie'), format.nameOn(exchange))
      const who = { ip: exchange.address, userAgent: exchange.header('user-agent') }
      // What a browser fetches beforehand is no use of a session.
      const touch = !/\bprefetch\b/.test(exchange.header('sec-purpose') ?? '')
      opening ??= sessions.open(values, who, { touch }).then((request) => (opened = request))
      return opening
    },
  }
}

async function failureOf<Data extends object>(opened: RequestSession<Data>): Promise<RedstartError | undefined> {
  try {
    await opened.commit()
    return undefined
  } catch (error) {
    if (RedstartError.is(error)) return error
    throw error
  }
}

function setCookie<Data extends object>(
  exchange: HttpExchange,
  { cookie }: RequestSession<Data>,
  format: SessionCookieFormat,
  advice: string,
): void {
  if (cookie !== undefined) exchange.appendHeader('set-cookie', format.header(cookie, exchange, advice))
}

/** An answer with somebody's cookie, or made for somebody, is for nobody else. */
function protect<Data extends object>(
  exchange: HttpExchange,
  { used }: SessionState<Data>,
  { cookie }: RequestSession<Data>,
  { headers }: ResponseHead,
): void {
  const all = (name: string): string =>
    headers
      .filter(([own]) => own === name)
      .map(([, value]) => value)
      .join(',')
  if (cookie !== undefined && !/\b(?:no-store|private)\b/i.test(all('cache-control')))
    exchange.setHeader('cache-control', 'no-store')
  if ((used || cookie !== undefined) && !/\*|\bcookie\b/i.test(all('vary'))) exchange.appendHeader('vary', 'Cookie')
}

/** What a stream's handler changes after its head has left is stored when the stream ends; no cookie can be set then. */
function late<Data extends object>(opened: RequestSession<Data>, { headers }: ResponseHead): Settlement {
  if (headers.some(([name]) => name === 'content-length')) return undefined
  const store = (): void => void opened.commitLate()
  const capture: Capture = { write: () => undefined, finish: store, abort: store }
  return { type: 'capture', capture }
}
