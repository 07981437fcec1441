import { invalidArgument, RedstartError } from '../errors.ts'
import type { RequestSession } from '../session/request-session.ts'
import type { Sessions, Who } from '../session/sessions.ts'
import { markAround } from '../cache/load-frame.ts'
import { markPrivate } from './caching/private-mark.ts'
import { sentValues, serializeCookie } from './cookies.ts'
import type { Capture, HttpExchange, HttpPolicy, LeavingHead, Settlement } from './exchange.ts'
import { noteOwnCookie } from './own-cookies.ts'
import { problemOf } from './problem.ts'
import { type CookieConnection, endedCookie, SessionCookieFormat, type SessionCookieOptions } from './session-cookie.ts'
import { protect } from './session-headers.ts'

/** How a middleware puts sessions in front of requests. */
export interface SessionPolicyOptions {
  /** The cookie. */
  readonly cookie?: SessionCookieOptions
  /** `eager`: before the handler, where a cookie came; `lazy`: when the handler asks for it. @default 'eager' */
  readonly load?: 'eager' | 'lazy'
  /** How the framework is told to trust a proxy, in its own words, for the error that nobody did. */
  readonly howToTrust?: string
}

/** The session of one exchange. */
export interface SessionState<Data extends object> {
  /** The name of its cookie on this connection. */
  readonly cookieName: string
  /** Opens it, once; later calls give the same one. */
  open(): Promise<RequestSession<Data>>
  /** The opened one; undefined before that. */
  readonly opened: RequestSession<Data> | undefined
  /** From here on no cookie can be set, of a session that is opened later either. */
  headLeaves(): void
  /** The handler has looked at it, or changed it: what it answers depends on who asks. */
  readonly used: boolean
  /** Says that it does, to all that serve the request: whoever stores answers for others stores this one for nobody. */
  use(): void
  /** Says before the head leaves whether the application took the session away from its request, to end it. */
  isUnset: () => boolean
  /** Told what a 503 or a 500 in place of the answer was for. */
  onFailed: (error: unknown) => void
}

/**
 * Sessions around a handler: opened before it, stored before the head of its answer leaves, so that nobody who follows a
 * redirect comes too early. What could not be stored is a 503 in place of the answer.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function sessionPolicy<Data extends object>(
  sessions: Sessions<Data>,
  { cookie, load = 'eager', howToTrust = 'let the framework trust the proxy' }: SessionPolicyOptions = {},
): HttpPolicy<SessionState<Data>> {
  const format = new SessionCookieFormat(cookie)
  for (const name of format.names) noteOwnCookie(name)
  if (load !== 'eager' && load !== 'lazy') throw invalidArgument('load', load, "'eager' or 'lazy'")
  return {
    name: 'session',
    decide(exchange) {
      const state = new ExchangeSession(sessions, format, exchange, () => format.check(connectionOf(exchange)))
      const next = { type: 'next', state } as const
      if (load === 'lazy' || state.openNew()) return next
      return state.open().then(() => next)
    },
    settle(exchange, state, head) {
      const { opened } = state
      // Nobody is told when a property is deleted.
      if (state.isUnset()) state.use()
      const leave = (failed: RedstartError | undefined): Settlement => {
        if (failed !== undefined) state.onFailed(failed)
        const set = opened === undefined ? [] : cookiesOf(exchange, opened)
        // Whatever could not be stored, what has begun or ended in the store has.
        for (const value of set) exchange.appendHeader('set-cookie', value)
        if (failed !== undefined) return { type: 'replace', reply: problemOf(failed) }
        protect(exchange, { used: state.used, cookie: set.length > 0 }, head)
        state.headLeaves()
        return capture(head, state)
      }
      const stored = opened && store(state, opened, head)
      return stored === undefined ? leave(undefined) : stored.then(leave)
    },
  }

  function connectionOf(exchange: HttpExchange): CookieConnection {
    return { secure: exchange.secure, forwarded: exchange.header('x-forwarded-proto'), howToTrust }
  }

  function cookiesOf(exchange: HttpExchange, opened: RequestSession<Data>): readonly string[] {
    const { cookie: change, clearsFormer } = opened
    if (change === undefined && !clearsFormer) return []
    const { formerCookie } = sessions
    return [
      ...(change === undefined ? [] : [format.header(change, connectionOf(exchange))]),
      ...(formerCookie !== undefined && clearsFormer ? [serializeCookie(endedCookie(formerCookie))] : []),
    ]
  }
}

/** Asked for where it is needed: to find the address behind proxies is work. */
class Sender implements Who {
  readonly #exchange: HttpExchange

  constructor(exchange: HttpExchange) {
    this.#exchange = exchange
  }

  get ip(): string | undefined {
    return this.#exchange.address
  }

  get userAgent(): string | undefined {
    return this.#exchange.header('user-agent')
  }
}

const NONE: readonly string[] = []

class ExchangeSession<Data extends object> implements SessionState<Data> {
  readonly #sessions: Sessions<Data>
  readonly #format: SessionCookieFormat
  readonly #exchange: HttpExchange
  readonly #checkCookie: () => void
  #opening: Promise<RequestSession<Data>> | undefined
  #headHasLeft = false
  /** Of its cookie. */
  #values: readonly string[] | undefined
  opened: RequestSession<Data> | undefined
  used = false
  isUnset: () => boolean = () => false
  onFailed: (error: unknown) => void = () => {}

  constructor(sessions: Sessions<Data>, format: SessionCookieFormat, exchange: HttpExchange, checkCookie: () => void) {
    this.#sessions = sessions
    this.#format = format
    this.#exchange = exchange
    this.#checkCookie = checkCookie
  }

  get cookieName(): string {
    return this.#format.nameOn(this.#exchange)
  }

  use(): void {
    if (this.used) return
    this.used = true
    markPrivate(this.#exchange.request, 'session')
    markAround('session')
  }

  open(): Promise<RequestSession<Data>> {
    this.#opening ??= this.openNew() ? Promise.resolve(this.opened) : this.#open()
    return this.#opening
  }

  /** Opens it where the request brought nothing to look at; false where it did. */
  openNew(): this is { readonly opened: RequestSession<Data> } {
    if (this.opened !== undefined) return true
    if (this.#opening !== undefined || this.#own.length > 0 || this.#former.length > 0) return false
    this.opened = this.#sessions.openNew(new Sender(this.#exchange), { checkCookie: this.#checkCookie })
    if (this.#headHasLeft) this.opened.headLeaves()
    return true
  }

  async #open(): Promise<RequestSession<Data>> {
    const exchange = this.#exchange
    // What a browser fetches beforehand is no use of a session.
    const purpose = exchange.header('sec-purpose')
    const touch = purpose === undefined || !/\bprefetch\b/.test(purpose)
    const how = { touch, former: this.#former, checkCookie: this.#checkCookie }
    this.opened = await this.#sessions.open(this.#own, new Sender(exchange), how)
    if (this.#headHasLeft) this.opened.headLeaves()
    return this.opened
  }

  get #own(): readonly string[] {
    const sent = this.#exchange.header('cookie')
    this.#values ??= sent === undefined ? NONE : sentValues(sent, this.cookieName)
    return this.#values
  }

  get #former(): readonly string[] {
    const { formerCookie } = this.#sessions
    return formerCookie === undefined ? NONE : sentValues(this.#exchange.header('cookie'), formerCookie)
  }

  headLeaves(): void {
    this.#headHasLeft = true
    this.opened?.headLeaves()
  }
}

/** Undefined where there is nothing to store: a handler that failed has not finished what it was doing with the data. */
function store<Data extends object>(
  { isUnset }: SessionState<Data>,
  opened: RequestSession<Data>,
  { status }: LeavingHead,
): Promise<RedstartError | undefined> | undefined {
  if (isUnset() && opened.session !== undefined) return failureOf(opened.session.destroy())
  const { underWay } = opened
  // What it says to the browser is to be said, but the answer is a failure already.
  if (status >= 500) return underWay?.then(nothing, nothing)
  if (underWay !== undefined) return failureOf(underWay.then(() => opened.commit({ last: true })))
  return opened.pending ? failureOf(opened.commit({ last: true })) : undefined
}

function nothing(): undefined {
  return undefined
}

async function failureOf(storing: Promise<void>): Promise<RedstartError | undefined> {
  try {
    await storing
    return undefined
  } catch (error) {
    if (RedstartError.is(error)) return error
    throw error
  }
}

/**
 * What a stream's handler changes after its head has left is stored when the stream ends, opened by then or not; of one
 * that failed nothing is.
 */
function capture<Data extends object>(head: LeavingHead, state: SessionState<Data>): Settlement {
  if (head.status >= 500 || head.header('content-length') !== undefined) return undefined
  const stop = state.opened?.streams()
  const late = (): Promise<void> | undefined => {
    stop?.()
    const { opened } = state
    return opened?.pending || opened?.isBusy ? opened.commitLate() : undefined
  }
  // The client has gone, which the handler is told at the same time: what it does then comes first.
  const abort = async (): Promise<void> => {
    await new Promise<void>((resolve) => void setTimeout(resolve))
    await late()
  }
  return { type: 'capture', capture: { finish: late, abort } satisfies Capture }
}
