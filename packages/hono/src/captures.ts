import { BodyCaptures, type Capture } from '@redstart/core/http'
import type { Context } from 'hono'
import { showBody } from './shown-body.ts'

export interface CapturedAnswer {
  readonly answer: Response
  /** Its body is a text that is there already. */
  readonly isWhole: boolean
  readonly captures: readonly Capture[]
  /** Those that leave. */
  readonly headers: Headers
}

/**
 * Has captures shown the body of an answer as it leaves. Of a whole one they are told at once, unless they want to see it.
 *
 * @returns the body to send in the place of the answer's; undefined where that leaves as it is.
 */
export function captureAnswer(
  c: Context,
  { answer, isWhole, captures, headers }: CapturedAnswer,
): ReadableStream<Uint8Array> | undefined {
  if (captures.length === 0) return undefined
  const body = isWhole && captures.every(({ write }) => write === undefined) ? null : answer.body
  if (body === null) {
    later(c, showNothing(captures))
    return undefined
  }
  const length = headers.get('content-length')
  const expected = length === null ? undefined : Number(length)
  return showBody({ body, length: expected, captures, later: (work) => later(c, work) })
}

/** Where there is no body. */
export function showNothing(captures: readonly Capture[]): Promise<void> | undefined {
  return captures.length === 0 ? undefined : new BodyCaptures(captures, undefined).end()
}

/** Runtimes at the edge stop with the answer what they were not told of; others have no such thing. */
export function later(c: Context, work: Promise<void> | undefined): void {
  if (work === undefined) return
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    // There is none: it goes on by itself.
  }
}
