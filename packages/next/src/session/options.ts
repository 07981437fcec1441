import {
  checkSessionOptions,
  type CookieConnection,
  SessionCookieFormat,
  type SessionCookieOptions,
} from '@redstart/core/http'
import { arrivalHere } from '../client-address/arrivals.ts'
import {
  type Connection,
  connectionOf,
  CONNECTION_OPTIONS,
  type ConnectionOptions,
  type Sender,
} from '../client-address/connection.ts'

/** How sessions are put in front of what an app of Next.js does. */
export interface NextSessionsOptions<Load extends 'eager' | 'lazy' = 'eager' | 'lazy'> extends ConnectionOptions {
  /** The cookie. */
  readonly cookie?: SessionCookieOptions
  /**
   * For `withSession`. `eager`: before the handler, where a cookie came; `lazy`: when the handler asks for it.
   *
   * @default 'eager'
   */
  readonly load?: Load
  /** Told what nobody else can be: why a route handler's answer was replaced, and why the proxy asked nobody. @default console.error */
  readonly onError?: (error: unknown) => void
}

/** The same, each with what it is by default. */
export interface Resolved {
  readonly format: SessionCookieFormat
  readonly connection: Connection
  readonly cookie: SessionCookieOptions | undefined
  readonly load: 'eager' | 'lazy'
  readonly onError: (error: unknown) => void
}

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function resolved(options: NextSessionsOptions): Resolved {
  checkSessionOptions(options, KNOWN)
  const { cookie, load = 'eager', onError = (error: unknown) => console.error(error) } = options
  return { format: new SessionCookieFormat(cookie), connection: connectionOf(options), cookie, load, onError }
}

/** What a cookie is set on. */
export function cookieConnection({ connection }: Pick<Resolved, 'connection'>, sender: Sender): CookieConnection {
  const arrival = arrivalHere()
  return {
    secure: connection.isSecure(sender),
    forwarded: arrival === undefined ? sender.header('x-forwarded-proto') : arrival.proto,
    howToTrust: HOW_TO_TRUST,
  }
}

export const HOW_TO_TRUST = 'tell nextSessions() how many proxies there are, { proxies: 1 }'

const KNOWN: ReadonlySet<string> = new Set(['cookie', 'load', 'onError', ...CONNECTION_OPTIONS])
