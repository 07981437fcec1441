import { isPromise } from '../after.ts'
import { BodyCaptures } from '../body-captures.ts'
import type { Capture, Reply } from '../exchange.ts'
import type { HiddenBody, Settling, Verdict } from '../settling.ts'
import { type FetchHeaders, isBodiless } from './answer-headers.ts'
import { captureAnswer, type Later, showWhole, tellLater } from './captures.ts'
import { giveInPlace } from './give-in-place.ts'
import { readThrough } from './read-through.ts'

/** An answer of a handler, and what policies have to do with it. */
export interface FetchAnswer {
  readonly answer: Response
  /** Of the request. */
  readonly method: string
  readonly headers: FetchHeaders
  readonly settling: Settling
  /** Its body is a text that is there already, which no Response says of itself. */
  readonly isWhole: boolean
  readonly later: Later
}

/** Has policies settle. @returns the answer that leaves, which may be the handler's own. */
export async function settleFetch(given: FetchAnswer): Promise<Response> {
  const { answer, headers, settling } = given
  headers.begin(answer.headers)
  const settled = settling.settle(answer.status)
  return leavingOf(given, isPromise(settled) ? await settled : settled)
}

/** The answer of a policy in the place of a handler's. */
export function fetchReply(reply: Reply, headers: FetchHeaders, method: string): Response {
  // What is a plain record is written as it is; Headers are read one by one, and sorted.
  const isPlain = reply.complete === true && headers.isFirst
  return new Response(bodyOf(reply, method) ?? null, {
    status: reply.status,
    headers: isPlain ? recordOf(reply) : headers.ofReply(reply),
  })
}

/** Many requests are told the same. */
const records = new WeakMap<Reply, Record<string, string>>()

function recordOf(reply: Reply): Record<string, string> {
  const known = records.get(reply)
  if (known !== undefined) return known
  const record = Object.fromEntries(reply.headers)
  records.set(reply, record)
  return record
}

function leavingOf(given: FetchAnswer, verdict: Verdict): Response {
  const { answer, method, headers, later } = given
  const { replacement, captures, hidden } = verdict
  if (replacement !== undefined) {
    if (hidden === undefined) drop(answer)
    else tellLater(later, readHidden(answer, method, hidden))
    const sent = bodyOf(replacement, method)
    tellLater(later, showWhole(captures, sent))
    return new Response(sent ?? null, { status: replacement.status, headers: headers.leaving })
  }
  if (answer.status === 101) return upgraded(answer, headers.leaving)
  if (method === 'HEAD' || isBodiless(answer.status)) {
    drop(answer)
    tellLater(later, showWhole(captures))
    return answerWith(answer, null, headers.leaving)
  }
  return withBody(given, captures)
}

function withBody({ answer, isWhole, headers, later }: FetchAnswer, captures: readonly Capture[]): Response {
  const shown = captureAnswer({ answer, isWhole, captures, headers: headers.leaving, later })
  if (shown === undefined && giveInPlace(answer, headers.given)) return answer
  return answerWith(answer, shown ?? answer.body, headers.leaving)
}

function bodyOf({ status, body }: Pick<Reply, 'status' | 'body'>, method: string): Reply['body'] {
  return method === 'HEAD' || isBodiless(status) ? undefined : body
}

/** All of it, for captures alone. */
function readHidden(answer: Response, method: string, { captures, length }: HiddenBody): Promise<void> | undefined {
  if (answer.body !== null && method !== 'HEAD' && !isBodiless(answer.status))
    return readThrough(answer.body, new BodyCaptures(captures, length))
  drop(answer)
  return showWhole(captures)
}

function answerWith({ status, statusText }: Response, body: Response['body'], headers: Headers): Response {
  return new Response(body, { status, statusText, headers })
}

/** It stands for a socket that the runtime knows it by. */
function upgraded(answer: Response, headers: Headers): Response {
  for (const [name, value] of headers) if (name !== 'set-cookie') answer.headers.set(name, value)
  answer.headers.delete('set-cookie')
  for (const cookie of headers.getSetCookie()) answer.headers.append('set-cookie', cookie)
  return answer
}

/** Whoever writes it is told to stop. */
function drop({ body }: Response): void {
  body?.cancel().catch(() => undefined)
}
