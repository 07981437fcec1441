import type { SetCookie } from '@redstart/core/http'

/** What is to be done to the answer of a proxy. */
export interface ProxyChanges {
  /** Values of `Set-Cookie`. */
  readonly cookies: readonly string[]
  /** What the request is to have as its `Cookie`, for whoever answers it; undefined for what it has. */
  readonly cookie: string | undefined
}

/**
 * A `Cookie` header with a cookie in the place of others of its name.
 *
 * @param without the name of another one that is left out.
 */
export function cookieWith(sent: string, { name, value }: Pick<SetCookie, 'name' | 'value'>, without?: string): string {
  const kept = sent
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && ![name, without].includes(pair.split('=', 1)[0]?.trim()))
  return [...kept, `${name}=${value}`].join('; ')
}

/** The answer of a proxy with the changes; those of the request count where it is answered by somebody else. */
export function changedAnswer(answer: Response, request: Headers, { cookies, cookie }: ProxyChanges): Response {
  if (cookies.length === 0 && cookie === undefined) return answer
  // Of some answers the headers cannot be changed.
  const changed = new Response(answer.body, answer)
  for (const value of cookies) changed.headers.append('set-cookie', value)
  // Of a page that is prerendered Next.js says otherwise that whoever is in front may store it, and the cookie with it.
  if (cookies.length > 0 && !isForOne(answer)) changed.headers.set('cache-control', 'private, no-store')
  if (cookie !== undefined && goesOn(answer)) overrideCookie(changed.headers, request, cookie)
  return changed
}

function isForOne({ headers }: Response): boolean {
  return /\b(?:no-store|private)\b/i.test(headers.get('cache-control') ?? '')
}

function goesOn({ headers }: Response): boolean {
  return headers.has('x-middleware-next') || headers.has('x-middleware-rewrite')
}

/** As `NextResponse.next({ request })` says it: what is not in the list is taken from the request. */
function overrideCookie(headers: Headers, request: Headers, cookie: string): void {
  const listed = headers.get(OVERRIDDEN)
  const names = listed === null ? [...request.keys()] : listed.split(',')
  if (listed === null) for (const [name, value] of request) headers.set(`${PREFIX}${name}`, value)
  headers.set(OVERRIDDEN, [...new Set([...names, 'cookie'])].join(','))
  headers.set(`${PREFIX}cookie`, cookie)
}

const OVERRIDDEN = 'x-middleware-override-headers'
const PREFIX = 'x-middleware-request-'
