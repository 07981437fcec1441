import { BodyCaptures, isPromise, type Settling, type Verdict } from '@redstart/core/http'
import type { Context } from 'hono'
import { type AnswerHeaders, isBodiless } from './answer-headers.ts'
import { showBody } from './shown-body.ts'

/** What is left to do when a handler has answered. */
export interface Leaving {
  readonly headers: AnswerHeaders
  readonly settling: Settling
}

/** Has policies settle, and puts the answer that leaves in the place of the handler's. */
export async function leave(c: Context, { headers, settling }: Leaving): Promise<void> {
  const answer = c.res
  headers.begin(answer.headers)
  const settled = settling.settle(answer.status)
  const verdict = isPromise(settled) ? await settled : settled
  const leaving = leavingOf(c, answer, verdict, headers.leaving)
  // Hono adds the headers of the answer before, unless there is none.
  c.res = undefined
  c.res = leaving
}

/** Another Response: that of a handler may be one that all requests are given, or have headers that stay as they are. */
function leavingOf(c: Context, answer: Response, { replacement, captures }: Verdict, headers: Headers): Response {
  if (replacement === undefined && answer.status === 101) return upgraded(answer, headers)
  const { status, statusText } = replacement === undefined ? answer : { status: replacement.status, statusText: '' }
  const hasBody = c.req.raw.method !== 'HEAD' && !isBodiless(status)
  const body = replacement === undefined && hasBody ? answer.body : null
  if (body === null) {
    if (answer.body !== null) drop(answer.body)
    later(c, new BodyCaptures(captures, undefined).end())
    return new Response(hasBody ? (replacement?.body ?? null) : null, { status, statusText, headers })
  }
  if (captures.length === 0) return new Response(body, { status, statusText, headers })
  const length = lengthIn(headers)
  const shown = showBody({ body, length, captures, later: (work) => later(c, work) })
  return new Response(shown, { status, statusText, headers })
}

/** It stands for a socket that the runtime knows it by. */
function upgraded(answer: Response, headers: Headers): Response {
  for (const [name, value] of headers) if (name !== 'set-cookie') answer.headers.set(name, value)
  answer.headers.delete('set-cookie')
  for (const cookie of headers.getSetCookie()) answer.headers.append('set-cookie', cookie)
  return answer
}

/** Whoever writes it is told to stop. */
function drop(body: ReadableStream): void {
  body.cancel().catch(() => undefined)
}

/** Runtimes at the edge stop with the answer what they were not told of; others have no such thing. */
function later(c: Context, work: Promise<void> | undefined): void {
  if (work === undefined) return
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    // There is none: it goes on by itself.
  }
}

function lengthIn(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  return length === null ? undefined : Number(length)
}
