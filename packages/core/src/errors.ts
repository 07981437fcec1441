import { meantBy } from './misspelt.ts'
import { isThenable } from './promises.ts'

/**
 * What can go wrong, as a stable word that programs can switch on.
 *
 * - `INVALID_ARGUMENT` - a value that a caller passed is not allowed; nothing was done.
 * - `INVALID_CONFIG` - variables of the environment, or a configuration, say what is not allowed.
 * - `UNSUPPORTED_VALUE` - a value cannot be stored without changing it (a function, a class instance, ...).
 * - `VALUE_TOO_LARGE` - a value is larger than the backend may hold.
 * - `VALUE_REJECTED` - what a loader returned does not fit its schema.
 * - `TOO_MANY_TAGS` - an entry has more tags than are stored.
 * - `STORE_TIMEOUT` - the backend did not answer within the deadline; the outcome is unknown.
 * - `STORE_UNAVAILABLE` - the backend cannot be reached; nothing was sent.
 * - `STORE_FAILED` - the backend answered with an error.
 * - `NOT_REACHED` - an invalidation with `require: 'all'` did not reach the backend, or a purge a CDN.
 * - `INVALID_RESULT` - a batch loader returned something else than a value for each item.
 * - `LOAD_TIMEOUT` - a loader, an item of a warmer, or what `session.update()` was given did not settle within its time.
 * - `LOAD_CYCLE` - a loader waits, through other loaders, for itself; or a warmer does.
 * - `NO_KEYS` - sessions are used, and there is no key to seal them with.
 * - `NOT_SIGNED_IN` - something needs a user, and nobody is signed in.
 * - `FORBIDDEN` - the user has none of the roles that something needs.
 * - `NOT_FRESH` - something needs a log-in that is more recent.
 * - `SESSION_LIMIT` - a user has as many sessions as there may be.
 * - `TOO_MANY_SESSIONS` - a client address has begun as many sessions as it may within a while.
 * - `SESSION_CONFLICT` - another request has changed what this one wants to; nothing was stored.
 * - `READ_ONLY` - a session would be changed where it is only read, as while a page of Next.js is rendered.
 * - `HEADERS_SENT` - a cookie has to be set, and the head of the response has left.
 * - `INSECURE_COOKIE` - a cookie that needs a secure connection would be set on another.
 * - `NO_CLIENT_ADDRESS` - a client's address is needed, and none was told, or nothing that can be read as one.
 * - `RATE_LIMITED` - a request was not sent: its server said when to ask again, and that is later than one would wait.
 * - `CLOSED` - the instance was closed.
 * - `UNSUPPORTED` - the backend lacks a contract that a feature needs.
 */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_CONFIG'
  | 'UNSUPPORTED_VALUE'
  | 'VALUE_TOO_LARGE'
  | 'VALUE_REJECTED'
  | 'TOO_MANY_TAGS'
  | 'STORE_TIMEOUT'
  | 'STORE_UNAVAILABLE'
  | 'STORE_FAILED'
  | 'NOT_REACHED'
  | 'INVALID_RESULT'
  | 'LOAD_TIMEOUT'
  | 'LOAD_CYCLE'
  | 'NO_KEYS'
  | 'NOT_SIGNED_IN'
  | 'FORBIDDEN'
  | 'NOT_FRESH'
  | 'SESSION_LIMIT'
  | 'TOO_MANY_SESSIONS'
  | 'SESSION_CONFLICT'
  | 'READ_ONLY'
  | 'HEADERS_SENT'
  | 'INSECURE_COOKIE'
  | 'NO_CLIENT_ADDRESS'
  | 'RATE_LIMITED'
  | 'CLOSED'
  | 'UNSUPPORTED'

/** Survives two copies of this package in one process, where `instanceof` does not. */
const marker = Symbol.for('redstart.error')

/** The one error class of Redstart: says what happened, with which value, and what to do. */
export class RedstartError extends Error {
  override readonly name = 'RedstartError'
  readonly code: ErrorCode

  /**
   * What the code means to a client of HTTP: 401 where nobody is signed in, 503 where the backend did not do its part, 500
   * where the application is to blame. Express, Koa and others answer with it.
   */
  declare readonly status: number
  /** The same, under the name that Fastify reads. */
  declare readonly statusCode: number

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    // Seen by nobody who prints the error, and not final: Koa assigns what it answers with.
    const status = { value: STATUS[code] ?? 500, writable: true, configurable: true }
    Object.defineProperties(this, { [marker]: { value: true }, status, statusCode: status })
  }

  /** True for an error of Redstart, of any copy or version of it; with `code`, for that code alone. */
  static is(error: unknown, code?: ErrorCode): error is RedstartError {
    if (typeof error !== 'object' || error === null || !(marker in error)) return false
    return code === undefined || ('code' in error && error.code === code)
  }
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  NOT_SIGNED_IN: 401,
  FORBIDDEN: 403,
  NOT_FRESH: 403,
  SESSION_CONFLICT: 409,
  SESSION_LIMIT: 409,
  TOO_MANY_SESSIONS: 429,
  STORE_TIMEOUT: 503,
  STORE_UNAVAILABLE: 503,
  STORE_FAILED: 503,
  NOT_REACHED: 503,
  LOAD_TIMEOUT: 503,
  RATE_LIMITED: 503,
  CLOSED: 503,
}

/** A caller's value that is not allowed: names the value, quoted and cut, and what is allowed. */
export function invalidArgument(what: string, value: unknown, allowed: string): RedstartError {
  return new RedstartError('INVALID_ARGUMENT', `${what} is ${show(value)}; expected ${allowed}`)
}

/** Refuses what is no object where options or another object are expected; JavaScript passes null gladly. */
export function checkObject(what: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw invalidArgument(what, value, 'an object')
}

/**
 * Refuses a member of an object that nobody would look at: a misspelt one would be ignored in silence.
 *
 * @param ignored members that are known to mean nothing here.
 */
export function checkMembers(
  what: string,
  value: object,
  known: ReadonlySet<string>,
  ignored?: ReadonlySet<string>,
): void {
  // Makes no array: this is on the path of reads.
  for (const member in value)
    if (!known.has(member) && Object.hasOwn(value, member) && ignored?.has(member) !== true)
      throw unknownMember(what, member, [...known])
}

function unknownMember(what: string, member: string, known: readonly string[]): RedstartError {
  const meant = meantBy(member, known, 1)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return invalidArgument(`a member of ${what}`, member, `one of ${known.join(', ')}${hint}`)
}

/** Refuses what cannot be called. */
export function checkFunction(what: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(what, value, 'a function')
}

/** A short picture of a value for a message: strings quoted and cut, objects by kind only, so that no content leaks. */
function show(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 80
      ? `${JSON.stringify(value.slice(0, 80))}... (${value.length} characters)`
      : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (isThenable(value)) return 'a promise'
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}
