import type { IncomingMessage } from 'node:http'
import { auditHeaders } from '../http/caching/audit.ts'
import { isQuiet, quietly } from '../http/quietly.ts'

type Headers = Record<string, string | string[] | undefined>

/**
 * Tells which headers of a request are looked at, in whatever Node.js says of them: `headers`, `headersDistinct`,
 * `rawHeaders`; and in the `cookies` that other middleware has made of one, which counts where somebody looks at those.
 *
 * @param read told a name in lower case, maybe several times.
 * @param places where frameworks and middleware have what they made of headers.
 * @returns how to stop; what is told of cookies is told then at the latest.
 */
export function watchHeaders(
  request: IncomingMessage,
  read: (name: string) => void,
  { parsed = request, asksForAddress }: WatchedPlaces = {},
): () => void {
  let parses = false
  const tell = (name: string): void => {
    if (name === 'cookie') parses = true
    else read(name)
  }
  const { headers, distinct, rawHeaders } = quietly(() => headersOf(request))
  const puts = [
    put(request, 'headers', { value: auditHeaders(headers, tell), writable: true }),
    ...(distinct === undefined
      ? []
      : [put(request, 'headersDistinct', { value: auditHeaders(distinct, tell), writable: true })]),
    put(request, 'rawHeaders', {
      get: () => {
        if (!isQuiet()) for (let n = 0; n < rawHeaders.length; n += 2) tell(String(rawHeaders[n]).toLowerCase())
        return rawHeaders
      },
    }),
    ...['cookies', 'signedCookies'].map((name) => watchParsed(parsed, name, (isLookedAt) => (parses = isLookedAt))),
    ...(asksForAddress === undefined ? [] : [watchAddress(asksForAddress, request, read)]),
  ]
  return () => {
    for (const takeAway of puts) takeAway()
    if (parses) read('cookie')
  }
}

/** Where frameworks and middleware have what they made of headers. */
export interface WatchedPlaces {
  /** Has the `cookies` that were parsed. @default the request */
  readonly parsed?: object
  /** Has an `ip`, for which it looks at `X-Forwarded-For` also where it believes nobody. */
  readonly asksForAddress?: object | undefined
}

/** The address depends on the header only where it is not the one that has connected. */
function watchAddress(target: object, request: IncomingMessage, read: (name: string) => void): () => void {
  const inherited: unknown = Object.getPrototypeOf(target)
  if (typeof inherited !== 'object' || inherited === null) return () => undefined
  const get = (): unknown => {
    const ip: unknown = quietly(() => Reflect.get(inherited, 'ip', target) as unknown)
    if (ip !== request.socket.remoteAddress && !isQuiet()) read('x-forwarded-for')
    return ip
  }
  return put(target, 'ip', { get })
}

/** Those of Node.js are made from the raw ones when they are first asked for. */
function headersOf(request: IncomingMessage): {
  readonly headers: Headers
  readonly distinct: NodeJS.Dict<string[]> | undefined
  readonly rawHeaders: readonly string[]
} {
  // HTTP/2 and injected requests have no distinct ones.
  return { headers: request.headers, distinct: request.headersDistinct, rawHeaders: request.rawHeaders }
}

/** Puts something in a member's place. @returns how to have it as before, unless others have put theirs there. */
function put(target: object, name: string, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name)
  const own: PropertyDescriptor = { ...descriptor, configurable: true, enumerable: true }
  Object.defineProperty(target, name, own)
  return () => {
    const now = Object.getOwnPropertyDescriptor(target, name)
    if (now?.value !== own.value || now?.get !== own.get) return
    if (before === undefined) Reflect.deleteProperty(target, name)
    else Object.defineProperty(target, name, before)
  }
}

/**
 * A member that middleware fills for every request, whether or not anybody looks at it.
 *
 * @param told true when somebody does; false when it was filled, and all that looked before did it for that.
 */
function watchParsed(target: object, name: string, told: (isLookedAt: boolean) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name)
  // What others compute when they are asked stays theirs.
  if (before !== undefined && !('value' in before)) return () => undefined
  let value: unknown = before?.value
  let isFilled = before !== undefined
  const takeAway = put(target, name, {
    get: () => {
      if (value !== undefined && value !== null && !isQuiet()) told(true)
      return value
    },
    set: (next: unknown) => {
      told(false)
      isFilled = true
      value = next
    },
  })
  return () => {
    takeAway()
    if (isFilled) Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true })
  }
}
