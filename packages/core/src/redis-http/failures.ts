import { RedstartError } from '../errors.ts'

/** What the service answered with an error in the place of a reply: that of Redis, or one of its own. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

/** No answer came, or none that can be read. */
export class Unanswered extends RedstartError {
  /** Undefined where nothing but time passed. */
  readonly reason: string | undefined

  constructor({ code, message }: RedstartError, reason: string | undefined) {
    super(code, message)
    this.reason = reason
  }
}

/** @param reason what came in the place of an answer. */
export function unanswered(reason: string): Unanswered {
  const error = new RedstartError(
    'STORE_TIMEOUT',
    `No answer of Redis came over HTTP: ${reason}; whether the call took effect is unknown`,
  )
  return new Unanswered(error, reason)
}

/** The service answered, and did nothing. */
export function refused(status: number): RedstartError {
  if (status === 413) return tooLarge()
  return new RedstartError('STORE_FAILED', `Redis over HTTP answered with status ${status}${ADVICE[status] ?? ''}`)
}

/** More than the service takes in one request. */
export function tooLarge(): RedstartError {
  return new RedstartError('VALUE_TOO_LARGE', 'The request is larger than the service before Redis takes')
}

const ADVICE: Readonly<Record<number, string>> = {
  401: ': the token is not the one that it wants',
  403: ': the token may not do this',
  404: ': there is no REST API at this url',
  429: ': it got more requests than it takes',
}

/**
 * What a `fetch` that rejected tells; nothing of its message, which may quote what was sent.
 */
export function requestFailed(error: unknown): Unanswered {
  const codes = [error, causeOf(error)].map(codeOf)
  const code = codes.find((each) => each !== undefined)
  if (code !== undefined && NOT_SENT.test(code)) return unreachable(code)
  // Deno says it in words alone.
  const words = [error, causeOf(error)].map((each) => (each instanceof Error ? each.message : ''))
  if (words.some((each) => each.includes('client error (Connect)'))) return unreachable('no connection could be made')
  return unanswered(`the request failed${code === undefined ? '' : ` with ${code}`}`)
}

/** @param reason why no request could be made. */
function unreachable(reason: string): Unanswered {
  const error = new RedstartError('STORE_UNAVAILABLE', `Redis cannot be reached over HTTP: ${reason}`)
  return new Unanswered(error, reason)
}

/** Node.js and Deno, undici, and Bun, where no connection could be made. */
const NOT_SENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|FailedToOpenSocket)$/

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' && /^\w{1,40}$/.test(error.code) ? error.code : undefined
}
