import { parseCookies } from '../cookies.ts'
import { isOwnCookie } from '../own-cookies.ts'
import type { Settings } from './settings.ts'

/** Names that well-known libraries keep sessions and signed-in users under. */
const SESSIONS =
  /^(?:(?:__Host-|__Secure-)?(?:connect\.sid|express:sess|koa[.:]sess|sid|sess|session|session[_-]?id|session[_-]?token|auth|auth[_-]?token|token|access[_-]?token|refresh[_-]?token|jwt|id[_-]?token|remember[_-]?(?:me|token)|user)(?:\.sig)?|(?:__Host-|__Secure-)?(?:next-auth|authjs|better-auth)[._].*|__session|sb-.*-auth-token.*|phpsessid|jsessionid|asp\.net_sessionid|\.aspnetcore\..*|laravel_session|ci_session|symfony|_.*_session|wordpress_logged_in_.*|wp-.*|iron-session.*|appsession.*|sAccessToken|sRefreshToken|csrftoken)$/i

/** Names of analytics, advertising and consent: no application answers by them. */
const HARMLESS =
  /^(?:_ga.*|_gid|_gat.*|_gac_.*|_gcl_.*|_dc_gtm_.*|__utm.*|_fbp|_fbc|_hj.*|_pk_.*|_clck|_clsk|ajs_.*|amp_.*|amplitude_.*|mp_.*|optanon.*|cookie-?consent.*|cookieconsent_status|cky-.*|euconsent.*|_cfuvid|__cf_bm|cf_clearance|intercom-.*|hubspotutk|__hs.*|_uet.*|_tt_.*|_ttp|_pin_.*|_scid|ph_.*)$/i

/**
 * Whether the cookies of a request keep its answer out of the cache.
 *
 * @param header `Cookie`, as it was sent.
 */
export function cookiesForbid(
  header: string | undefined,
  settings: Pick<Settings<never>, 'cookies' | 'mode' | 'user'>,
): boolean {
  const { cookies, mode, user } = settings
  if (header === undefined || header === '' || cookies === 'ignore' || typeof cookies === 'object') return false
  if (cookies === 'bypass') return true
  const parsed = parseCookies(header)
  // Nothing was parsed of something: who can say what it means.
  if (parsed.length === 0) return true
  return parsed.some(({ name }) => {
    if (isOwnCookie(name)) return false
    // It says whose the answer is, and so does the key.
    if (SESSIONS.test(name)) return user === undefined
    return mode === 'ttl' && !HARMLESS.test(name)
  })
}
