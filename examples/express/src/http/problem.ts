import { type ErrorCode, RedstartError } from '@redstart/core'
import type { ErrorRequestHandler, RequestHandler, Response } from 'express'

/** One thing that is wrong with a request. */
export interface Fault {
  /** Where: `lines[0].quantity`; empty for the whole. */
  readonly at: string
  readonly message: string
}

/** An answer other than success, thrown by a route and sent as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  readonly status: number
  readonly title: string
  readonly faults: readonly Fault[]

  constructor(status: number, title: string, detail: string, faults: readonly Fault[] = []) {
    super(detail)
    this.status = status
    this.title = title
    this.faults = faults
  }
}

/** 404 for a thing that is not there. */
export function notFound(what: string): Problem {
  return new Problem(404, 'Not found', `There is no ${what}.`)
}

/** Answers what no route took. */
export const unknownRoute: RequestHandler = (request) => {
  throw new Problem(404, 'Not found', `Nothing answers ${request.method} here; GET /api lists what there is.`)
}

/** Sends what was thrown: problems as they are, refusals of Express and its body parser as theirs, the rest as a bare 500. */
export const sendProblem: ErrorRequestHandler = (error, request, response, next) => {
  if (response.headersSent) return next(error)
  const problem = asProblem(error)
  if (problem.status >= 500) console.error(`${request.method} ${request.path} failed:`, error)
  send(response, problem)
}

function send(response: Response, { status, title, message, faults }: Problem): void {
  const body = { type: 'about:blank', title, status, detail: message, ...(faults.length > 0 && { errors: faults }) }
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}

/** What the body parser and the router refuse, by the `type` or status they put on their errors. */
const REFUSALS: Readonly<Record<string, readonly [title: string, detail: string]>> = {
  'entity.parse.failed': ['Malformed JSON', 'The body is not valid JSON.'],
  'entity.too.large': ['Body too large', 'A body may have 16 kB.'],
  'encoding.unsupported': ['Unsupported encoding', 'Send the body as it is, or with gzip, deflate or br.'],
  'charset.unsupported': ['Unsupported charset', 'Send the body in UTF-8.'],
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (RedstartError.is(error) && error.status !== 500) return ofRedstart(error)
  const { status, type } = refusal(error)
  if (status >= 400 && status < 500) {
    const [title, detail] = REFUSALS[type] ?? [
      'Bad request',
      'The request cannot be read: check its path, its headers and its length.',
    ]
    return new Problem(status, title, detail)
  }
  return new Problem(500, 'Internal error', 'The request failed on our side; it may work if you try again.')
}

/** What Redstart refuses somebody; what it says is for people. */
const OF_SESSIONS: Readonly<Partial<Record<ErrorCode, string>>> = {
  NOT_SIGNED_IN: 'Not signed in',
  FORBIDDEN: 'Not allowed',
  NOT_FRESH: 'Signed in too long ago',
  TOO_MANY_SESSIONS: 'Too many sessions',
}

function ofRedstart({ code, status, message }: RedstartError): Problem {
  const title = OF_SESSIONS[code]
  return title === undefined
    ? new Problem(status, 'Not available', 'Try again in a moment.')
    : new Problem(status, title, `${message}.`)
}

function refusal(error: unknown): { readonly status: number; readonly type: string } {
  if (typeof error !== 'object' || error === null) return { status: 500, type: '' }
  const status = 'status' in error && typeof error.status === 'number' ? error.status : 500
  return { status, type: 'type' in error && typeof error.type === 'string' ? error.type : '' }
}
