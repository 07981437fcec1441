import { formatToken, type Token } from './token.ts'

/** What a response does to the cookie: `maxAge` in ms; undefined for a cookie that ends with the browser. */
export type CookieChange =
  | { readonly kind: 'set'; readonly value: string; readonly maxAge: number | undefined }
  | { readonly kind: 'clear' }

/** Browsers keep no cookie for longer (RFC 6265bis). */
const LONGEST_COOKIE_MS = 400 * 86_400_000

/** A cookie lives as long as its session at most, and never by how it is used: a touch needs no new one. */
export function cookieOf(
  token: Token,
  { remember, absolute }: { readonly remember: boolean; readonly absolute: number },
  now: number,
): CookieChange {
  const maxAge = remember ? Math.max(0, Math.min(absolute - now, LONGEST_COOKIE_MS)) : undefined
  return { kind: 'set', value: formatToken(token), maxAge }
}
