import { invalidArgument } from '../../errors.ts'
import { meantBy } from '../../misspelt.ts'

/** Which requests a rule is for: `'POST /orders'`, `'GET|PUT /orders/:id'`, `'/api/*'`, `'*'`. */
export interface RoutePattern {
  /** Undefined for all. */
  readonly methods: ReadonlySet<string> | undefined
  /** In lower case; undefined for one part that may be anything. */
  readonly segments: readonly (string | undefined)[]
  /** Whatever comes behind them matches as well. */
  readonly open: boolean
}

/**
 * Reads a pattern: methods, where not all are meant, and a path in which `:name` stands for one part and `*` at the end for
 * all that is left, nothing included.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for what is no pattern, or would match no request.
 */
export function parsePattern(text: string): RoutePattern {
  const [, methods, path = ''] = (typeof text === 'string' && PATTERN.exec(text)) || []
  if (path === '') throw invalidArgument('a pattern of match', text, EXPECTED)
  const parts =
    path === '*'
      ? ['*']
      : path
          .replace(/(?<=.)\/$/, '')
          .slice(1)
          .split('/')
  const open = parts.at(-1) === '*'
  const segments = path === '/' ? [] : (open ? parts.slice(0, -1) : parts).map((part) => segmentOf(text, part))
  return { methods: methods === undefined ? undefined : methodsOf(methods), segments, open }
}

/** True for a request of this method to the path of these {@link pathSegments}. HEAD is a GET, as routers have it. */
export function matches({ methods, segments, open }: RoutePattern, method: string, path: readonly string[]): boolean {
  if (methods !== undefined && !methods.has(methodOf(method))) return false
  if (open ? path.length < segments.length : path.length !== segments.length) return false
  return segments.every((segment, n) => segment === undefined || segment === path[n])
}

/** HEAD is a GET. */
export function methodOf(method: string): string {
  return method === 'HEAD' ? 'GET' : method
}

/** True for patterns of which some request matches both. */
export function overlap(one: RoutePattern, other: RoutePattern): boolean {
  const { methods } = one
  if (methods !== undefined && other.methods !== undefined && ![...other.methods].some((method) => methods.has(method)))
    return false
  const [shorter, longer] = one.segments.length <= other.segments.length ? [one, other] : [other, one]
  if (shorter.segments.length < longer.segments.length && !shorter.open) return false
  return shorter.segments.every((segment, n) => {
    const counterpart = longer.segments[n]
    return segment === undefined || counterpart === undefined || segment === counterpart
  })
}

/** The same text for patterns that match the same requests. */
export function canonical({ methods, segments, open }: RoutePattern): string {
  const path = segments.map((segment) => (segment === undefined ? ':' : encodeURIComponent(segment))).join('/')
  const names = methods === undefined ? '*' : [...methods].sort().join('|')
  return `${names} /${path}${open ? '*' : ''}`
}

/**
 * The parts of a request's path, as no router takes it more generously: without what is empty, decoded once, in lower case.
 * A router that is stricter has a request limited that it does not find; the other way round, `/%6Frders/` would pass by
 * the limits of `/orders`.
 */
export function pathSegments(target: string): readonly string[] {
  const end = target.search(/[?#]/)
  const whole = end === -1 ? target : target.slice(0, end)
  // The form that proxies are asked in: RFC 9112 3.2.2.
  const path = whole.startsWith('/') ? whole : whole.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '')
  const parts = path.split('/')
  return parts.filter((part) => part !== '').map(decoded)
}

const EXPECTED =
  "a path such as '/orders/:id' or '/api/*', with methods in front where not all are meant: 'GET|POST /orders'"
const PATTERN = /^(?:([A-Za-z-]+(?:\|[A-Za-z-]+)*) +)?(\*|\/[^\s?#]*)$/
const NAMED = /^:[A-Za-z_]\w*$/

/** Of HTTP itself, of RFC 5789, WebDAV and QUERY, as far as servers of Node.js know them. */
const METHODS: readonly string[] = [
  ...['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY'],
  ...['COPY', 'LOCK', 'MKCOL', 'MOVE', 'PROPFIND', 'PROPPATCH', 'UNLOCK', 'REPORT', 'SEARCH', 'PURGE'],
]

function methodsOf(text: string): ReadonlySet<string> {
  const methods = text.split('|').map((method) => {
    if (METHODS.includes(method)) return method
    const meant = meantBy(method, METHODS, 1)
    throw invalidArgument(
      'a method of match',
      method,
      `one of ${METHODS.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    )
  })
  return new Set(methods.map(methodOf))
}

function segmentOf(pattern: string, part: string): string | undefined {
  if (NAMED.test(part)) return undefined
  // What other routers have a meaning for is no name of a path; and an empty part is in none.
  if (part === '' || /[*:(){}[\]+\\|^$]/.test(part)) throw invalidArgument('a pattern of match', pattern, EXPECTED)
  return decoded(part)
}

function decoded(part: string): string {
  if (!part.includes('%')) return part.toLowerCase()
  try {
    return decodeURIComponent(part).toLowerCase()
  } catch {
    // No text at all, and no router finds it.
    return part.toLowerCase()
  }
}
