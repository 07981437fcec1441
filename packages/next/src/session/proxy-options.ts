import { RedstartError } from '@redstart/core'
import { parseRoute, type RoutePattern } from '@redstart/core/http'
import { isOwnPath } from './return-path.ts'

/** What the proxy does about sessions. */
export interface ProxySessionOptions {
  /**
   * What only somebody who is signed in may see: paths such as `'/account'`, `'/orders/:id'`, `'/dashboard/*'`, or in the
   * words of `matcher`, `'/dashboard/:path*'`. It spares others the way; pages and actions behind it check as well.
   *
   * @default nothing
   */
  readonly protect?: readonly string[]
  /** Where others are sent to sign in: a path of this site. Needed with `protect`. */
  readonly signIn?: string
  /** The parameter of `signIn` that says where they came from, for `returnPath()`; false for none. @default 'returnTo' */
  readonly returnTo?: string | false
  /**
   * Asks the store, where a cookie came: then sessions that have ended do not pass either, a secret that is due is changed,
   * and sessions of another library are brought over before a page needs them. For what is only fetched beforehand it looks,
   * and changes nothing.
   *
   * @default false: by the seal of the cookie alone, which asks nobody
   */
  readonly load?: boolean
}

/** The same, each with what it is by default. */
export interface ResolvedProxy {
  readonly protect: readonly RoutePattern[]
  readonly signIn: string | undefined
  readonly returnTo: string | undefined
  readonly load: boolean
}

/** @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed. */
export function resolvedProxy(options: ProxySessionOptions): ResolvedProxy {
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) throw refused(name, 'no option of proxySession()')
  const { protect = [], signIn, returnTo = 'returnTo', load = false } = options
  if (!Array.isArray(protect)) throw refused('protect', 'no list of paths')
  if (signIn !== undefined && !isOwnPath(signIn)) throw refused('signIn', "no path of this site such as '/login'")
  if (protect.length > 0 && signIn === undefined) throw refused('signIn', 'missing: protect sends people there')
  if (returnTo !== false && (typeof returnTo !== 'string' || returnTo === ''))
    throw refused('returnTo', 'neither the name of a parameter nor false')
  if (typeof load !== 'boolean') throw refused('load', 'neither true nor false')
  // `matcher` of Next.js has the same in its own words.
  const patterns = protect.map((path: string) =>
    parseRoute(typeof path === 'string' ? path.replace(/\/:\w+\*$/, '/*') : path),
  )
  return { protect: patterns, signIn, returnTo: returnTo === false ? undefined : returnTo, load }
}

function refused(option: string, why: string): RedstartError {
  return new RedstartError('INVALID_ARGUMENT', `proxySession(): ${option} is ${why}`)
}

const KNOWN: ReadonlySet<string> = new Set(['protect', 'signIn', 'returnTo', 'load'])
