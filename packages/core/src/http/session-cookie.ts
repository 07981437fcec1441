import { checkMembers, checkObject, invalidArgument, RedstartError } from '../errors.ts'
import type { CookieChange } from '../session/cookie-change.ts'
import { serializeCookie, type SetCookie } from './cookies.ts'

/** The cookie of a session. Nothing of it needs to be said. */
export interface SessionCookieOptions {
  /** Its name. @default '__Host-sid' where it is secure; '__Secure-sid' with a domain or a path; 'sid' where it is not */
  readonly name?: string
  /** What it is sent for. @default '/' */
  readonly path?: string
  /** The hosts that it is sent to, and all below. @default only the host that sets it */
  readonly domain?: string
  /** Which requests of other sites it is sent with: `lax` means those by which somebody follows a link. @default 'lax' */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /**
   * `true`: over TLS only; setting it on another connection is an error. `auto`: as the connection is.
   * @default true with NODE_ENV=production, else 'auto'
   */
  readonly secure?: boolean | 'auto'
  /** Kept apart for each site that embeds this one. @default false */
  readonly partitioned?: boolean
}

/** The connection that a cookie is to be set on. */
export interface CookieConnection {
  readonly secure: boolean
  /** `X-Forwarded-Proto`, as it came, whoever sent it. */
  readonly forwarded: string | undefined
  /** How the framework is told to trust a proxy. */
  readonly howToTrust: string
}

/** A session's cookie, as it is read and set. */
export class SessionCookieFormat {
  readonly #secure: boolean | 'auto'
  /** What every cookie over TLS has, and every other one. */
  readonly #overTls: CookieBase
  readonly #plain: CookieBase

  /** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
  constructor(options: SessionCookieOptions = {}) {
    checkObject('cookie', options)
    checkMembers('cookie', options, KNOWN)
    const { secure = process.env['NODE_ENV'] === 'production' ? true : 'auto' } = options
    if (secure !== true && secure !== false && secure !== 'auto')
      throw invalidArgument('cookie.secure', secure, "true, false or 'auto'")
    this.#secure = secure
    this.#overTls = baseOf(options, true)
    this.#plain = baseOf(options, false)
    // A combination that no browser takes is told at the start.
    const values = secure === 'auto' ? [true, false] : [secure]
    // But for SameSite=None, which needs TLS: there, an 'auto' that meets none is an error of its own.
    for (const tls of values)
      if (tls || secure === false || options.sameSite !== 'none')
        serializeCookie({ value: '', ...(tls ? this.#overTls : this.#plain) })
  }

  /** All names that it may have, whatever the connection. */
  get names(): readonly string[] {
    return [this.#overTls.name, this.#plain.name]
  }

  /** The one name that is read: with a prefix, cookies without it do not count, since anybody may plant them. */
  nameOn(connection: { readonly secure: boolean }): string {
    return this.#baseOn(connection).name
  }

  /** @throws RedstartError `INSECURE_COOKIE` where the browser would drop a cookie without a word. */
  check(connection: CookieConnection): void {
    if (this.#secure === true && !connection.secure) throw insecure(connection)
  }

  /**
   * The value of a `Set-Cookie` header.
   *
   * @throws RedstartError as {@link SessionCookieFormat.check} does.
   */
  header(change: CookieChange, connection: CookieConnection): string {
    return serializeCookie(this.parts(change, connection))
  }

  /**
   * The same in parts, for frameworks that set cookies by these.
   *
   * @throws RedstartError as {@link SessionCookieFormat.check} does.
   */
  parts(change: CookieChange, connection: CookieConnection): SetCookie {
    this.check(connection)
    const base = this.#baseOn(connection)
    if (change.kind === 'clear') return { value: '', maxAge: 0, expires: LONG_AGO, ...base }
    const { value, maxAge } = change
    if (maxAge === undefined) return { value, ...base }
    // Rounded up: what is left of a second must not delete it.
    return { value, maxAge: Math.ceil(maxAge / 1000), ...base }
  }

  #baseOn({ secure }: { readonly secure: boolean }): CookieBase {
    const tls = this.#secure === 'auto' ? secure : this.#secure
    return tls ? this.#overTls : this.#plain
  }
}

type CookieBase = Omit<SetCookie, 'value' | 'maxAge' | 'expires'>

function baseOf(options: SessionCookieOptions, secure: boolean): CookieBase {
  const { path = '/', domain, sameSite = 'lax', partitioned = false } = options
  const host = path === '/' && domain === undefined
  const { name = secure ? `${host ? '__Host-' : '__Secure-'}sid` : 'sid' } = options
  return {
    ...{ name, path, httpOnly: true, secure, sameSite },
    ...(domain !== undefined && { domain }),
    ...(partitioned && secure && { partitioned }),
  }
}

/** A cookie as express-session sets it, but that it has ended. */
export function endedCookie(name: string): SetCookie {
  return { name, value: '', path: '/', httpOnly: true, maxAge: 0, expires: LONG_AGO }
}

const LONG_AGO = new Date(0)
const KNOWN: ReadonlySet<string> = new Set(['name', 'path', 'domain', 'sameSite', 'secure', 'partitioned'])

/** Says which of the things that a proxy and the framework have to do was not done. */
function insecure({ forwarded, howToTrust }: CookieConnection): RedstartError {
  const missing =
    forwarded === undefined
      ? `no X-Forwarded-Proto came with it. Where a proxy ends TLS, have it send that header and ${howToTrust}`
      : /^\s*https\b/i.test(forwarded)
        ? `X-Forwarded-Proto says https, but the proxy that sent it is not trusted: ${howToTrust}`
        : 'X-Forwarded-Proto says so: the client itself used plain HTTP, so redirect it to https'
  return new RedstartError(
    'INSECURE_COOKIE',
    `The session's cookie is for secure connections, and this request did not come over one: ${missing}. For plain HTTP in development set cookie.secure to 'auto'`,
  )
}
