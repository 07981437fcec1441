import { BodyCaptures, type Capture } from '@redstart/core/http'
import type { Context } from 'hono'
import { bytesOf, showBody } from './shown-body.ts'

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
    later(c, showWhole(captures))
    return undefined
  }
  const length = headers.get('content-length')
  const expected = length === null ? undefined : Number(length)
  return showBody({ body, length: expected, captures, later: (work) => later(c, work) })
}

/** A body that is there already, or none. */
export function showWhole(captures: readonly Capture[], body?: Uint8Array | string): Promise<void> | undefined {
  if (captures.length === 0) return undefined
  const shown = new BodyCaptures(captures, undefined)
  if (body !== undefined) shown.write(bytesOf(body))
  return shown.end()
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
