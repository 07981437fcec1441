import {
  BodyCaptures,
  type Capture,
  type HiddenBody,
  isPromise,
  type Settling,
  type Verdict,
} from '@redstart/core/http'
import type { Context } from 'hono'
import { type AnswerHeaders, isBodiless } from './answer-headers.ts'
import { captureAnswer, later, showWhole } from './captures.ts'
import { giveInPlace } from './give-in-place.ts'
import { readThrough } from './read-through.ts'
import type { WholeAnswers } from './whole-answers.ts'

/** What is left to do when a handler has answered. */
export interface Leaving {
  readonly headers: AnswerHeaders
  readonly settling: Settling
  /** Undefined where a policy answered. */
  readonly whole: WholeAnswers | undefined
}

/** Has policies settle, and puts the answer that leaves in the place of the handler's. */
export async function leave(c: Context, { headers, settling, whole }: Leaving): Promise<void> {
  const answer = c.res
  headers.begin(answer.headers)
  const settled = settling.settle(answer.status)
  const verdict = isPromise(settled) ? await settled : settled
  const leaving = leavingOf(c, { answer, verdict, headers, isWhole: whole?.has(answer) === true })
  if (leaving === answer) return
  // Hono adds the headers of the answer before, unless there is none.
  c.res = undefined
  c.res = leaving
}

type Replacement = NonNullable<Verdict['replacement']>

interface Answered {
  readonly answer: Response
  readonly verdict: Verdict
  readonly headers: AnswerHeaders
  readonly isWhole: boolean
}

function leavingOf(c: Context, { answer, verdict, headers, isWhole }: Answered): Response {
  const { replacement, captures, hidden } = verdict
  if (replacement !== undefined) {
    if (hidden === undefined) drop(answer)
    else later(c, readHidden(c, answer, hidden))
    return replacedBy(c, replacement, captures, headers.leaving)
  }
  if (answer.status === 101) return upgraded(answer, headers.leaving)
  if (c.req.raw.method === 'HEAD' || isBodiless(answer.status)) {
    drop(answer)
    later(c, showWhole(captures))
    return answerWith(answer, null, headers.leaving)
  }
  const shown = captureAnswer(c, { answer, isWhole, captures, headers: headers.leaving })
  if (shown === undefined && giveInPlace(answer, headers.given)) return answer
  return answerWith(answer, shown ?? answer.body, headers.leaving)
}

function replacedBy(
  c: Context,
  { status, body }: Replacement,
  captures: readonly Capture[],
  headers: Headers,
): Response {
  const sent = c.req.raw.method === 'HEAD' || isBodiless(status) ? undefined : body
  later(c, showWhole(captures, sent))
  return new Response(sent ?? null, { status, headers })
}

/** All of it, for captures alone. */
function readHidden(c: Context, answer: Response, { captures, length }: HiddenBody): Promise<void> | undefined {
  if (answer.body !== null && c.req.raw.method !== 'HEAD' && !isBodiless(answer.status))
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
