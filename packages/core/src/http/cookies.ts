import { stringifySetCookie } from 'cookie'
import { invalidArgument, RedstartError } from '../errors.ts'

/** A cookie as a client sent it. */
export interface RequestCookie {
  readonly name: string
  /** As sent, nothing decoded; a pair of double quotes around it is left out. */
  readonly value: string
}

/**
 * The cookies of a `Cookie` header, in its order, those of the same name included. A pair that RFC 6265 does not allow (no
 * `=`, a name that is no token, a space, a comma or a quote in the value) is left out. A header of more than 16 KiB has no
 * cookies, and what follows 180 pairs is not read.
 */
export function parseCookies(header: string | undefined): readonly RequestCookie[] {
  return cookiesIn(header, undefined)
}

/** The values of the cookies of one name, in their order. */
export function cookieValues(header: string | undefined, name: string): readonly string[] {
  return cookiesIn(header, name).map(({ value }) => value)
}

/** The same as they were sent, values that no cookie may hold among them: for who counts what is refused. */
export function sentValues(header: string | undefined, name: string): readonly string[] {
  return cookiesIn(header, name, true).map(({ value }) => value)
}

/** A cookie to be set, its parts as RFC 6265bis names them. */
export interface SetCookie {
  readonly name: string
  /** Sent as it is: nothing is encoded, and what a cookie cannot hold is refused. */
  readonly value: string
  /** @default the browser takes it from the request's path */
  readonly path?: string
  /** @default only the host that sets it */
  readonly domain?: string
  /** Whole seconds; 0 or less deletes it. Browsers make it 400 days at most. @default until the browser is closed */
  readonly maxAge?: number
  readonly expires?: Date
  /** Hidden from scripts. @default false */
  readonly httpOnly?: boolean
  /** Sent over TLS only. @default false */
  readonly secure?: boolean
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** Kept apart for each site that embeds this one. Needs `secure`. @default false */
  readonly partitioned?: boolean
  /** Which cookies Chromium drops first. */
  readonly priority?: 'low' | 'medium' | 'high'
}

/**
 * The value of a `Set-Cookie` header.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what a cookie cannot hold, for name and value of more than 4096 bytes
 * together, and for what the prefix `__Secure-` or `__Host-`, `SameSite=None` or `Partitioned` asks for and the cookie
 * lacks: browsers drop such a cookie without a word. The value is in no message.
 */
export function serializeCookie(cookie: SetCookie): string {
  checkNameAndValue(cookie)
  checkPrefix(cookie)
  checkSecure(cookie)
  try {
    return stringifySetCookie(cookie, { encode: (value) => value })
  } catch (cause) {
    const message = `a part of the cookie ${JSON.stringify(cookie.name)} is not as RFC 6265bis wants it; see the cause`
    throw new RedstartError('INVALID_ARGUMENT', message, { cause })
  }
}

const MOST_CHARACTERS = 16 * 1024
/** What Chromium keeps of one site. */
const MOST_PAIRS = 180
/** Of name and value together; RFC 6265bis 5.7. */
const MOST_BYTES = 4096

/** RFC 9110 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
/** RFC 6265 4.1.1: printable ASCII but for space, double quote, comma, semicolon and backslash. */
const VALUE = /^[!#-+\--:<-[\]-~]*$/
const AROUND = /^[ \t]+|[ \t]+$/g

/** @param wanted the only name that counts; undefined for all. */
function cookiesIn(
  header: string | undefined,
  wanted: string | undefined,
  anyValue: boolean = false,
): readonly RequestCookie[] {
  const cookies: RequestCookie[] = []
  if (header === undefined || header.length > MOST_CHARACTERS) return cookies
  let from = 0
  for (let pairs = 0; pairs < MOST_PAIRS && from < header.length; pairs++) {
    const semicolon = header.indexOf(';', from)
    const to = semicolon === -1 ? header.length : semicolon
    const cookie = readPair(header.slice(from, to), wanted, anyValue)
    if (cookie !== undefined) cookies.push(cookie)
    from = to + 1
  }
  return cookies
}

function readPair(text: string, wanted: string | undefined, anyValue: boolean): RequestCookie | undefined {
  const equals = text.indexOf('=')
  if (equals === -1) return undefined
  const name = text.slice(0, equals).replace(AROUND, '')
  if (wanted !== undefined && name !== wanted) return undefined
  const value = unquoted(text.slice(equals + 1).replace(AROUND, ''))
  return TOKEN.test(name) && (anyValue || VALUE.test(value)) ? { name, value } : undefined
}

function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}

function checkNameAndValue({ name, value }: SetCookie): void {
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw invalidArgument("a cookie's name", name, "letters, digits and !#$%&'*+-.^_`|~")
  if (typeof value !== 'string' || !VALUE.test(value))
    throw refused(name, 'has a value with characters that no cookie may hold', 'encode it first')
  // Both are ASCII by now.
  if (name.length + value.length > MOST_BYTES)
    throw refused(name, `takes ${name.length + value.length} bytes with its value`, `browsers take ${MOST_BYTES}`)
}

/** RFC 6265bis 4.1.3; browsers look at the prefix without regard to case. */
function checkPrefix({ name, secure, path, domain }: SetCookie): void {
  const prefix = /^__(secure|host)-/i.exec(name)?.[1]?.toLowerCase()
  if (prefix === undefined) return
  if (secure !== true) throw refused(name, 'is not secure', 'its prefix asks for secure: true')
  if (prefix === 'secure') return
  if (path !== '/') throw refused(name, 'has another path than /', "its prefix asks for path: '/'")
  if (domain !== undefined) throw refused(name, 'has a domain', 'its prefix asks for none')
}

function checkSecure({ name, secure, sameSite, partitioned }: SetCookie): void {
  if (secure === true) return
  if (sameSite === 'none') throw refused(name, 'has SameSite=None and is not secure', 'set secure: true')
  if (partitioned === true) throw refused(name, 'is partitioned and not secure', 'set secure: true')
}

function refused(name: string, fault: string, advice: string): RedstartError {
  return new RedstartError('INVALID_ARGUMENT', `the cookie ${JSON.stringify(name)} ${fault}; ${advice}`)
}
