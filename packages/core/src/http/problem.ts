import { RedstartError } from '../errors.ts'
import type { HeaderList, Reply } from './exchange.ts'

/** A problem of an HTTP interface: RFC 9457. */
export interface Problem {
  /** 400 to 599. */
  readonly status: number
  /** A URI that says what kind of problem it is. @default none, which is about:blank: no more than the status says */
  readonly type?: string
  /** A stable word for programs. */
  readonly code?: string
  /** For people. @default the name of the status */
  readonly title?: string
  /** For people, of this occurrence: nothing that a client must not know. */
  readonly detail?: string
  /** Whole seconds, for `Retry-After`. */
  readonly retryAfter?: number | undefined
  /** Whatever else the type has. */
  readonly members?: Readonly<Record<string, unknown>> | undefined
}

/** The answer `application/problem+json`, which nobody may store. */
export function problemReply({ status, type, code, title, detail, retryAfter, members }: Problem): Reply {
  const headers: HeaderList = [
    ['content-type', 'application/problem+json'],
    ['cache-control', 'no-store'],
    ...(retryAfter === undefined ? [] : [['retry-after', String(retryAfter)] as const]),
  ]
  const body = JSON.stringify({ type, title: title ?? titleOf(status), status, detail, code, ...members })
  return { status, headers, body }
}

/**
 * The answer to an error: what the code of a `RedstartError` stands for (401 where nobody is signed in, 503 where the
 * store did not do its part), and 500 for all else. It says the code and nothing more: messages and causes are for logs.
 */
export function problemOf(error: unknown): Reply {
  if (!RedstartError.is(error)) return problemReply({ status: 500 })
  const { status } = error
  return problemReply({ status, code: error.code, ...(status === 503 && { retryAfter: 1 }) })
}

/** Those that this package answers with, as RFC 9110 and 6585 name them. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

function titleOf(status: number): string {
  return TITLES[status] ?? (status < 500 ? 'Bad Request' : 'Internal Server Error')
}
