import { BodyCaptures } from '../body-captures.ts'
import type { Capture } from '../exchange.ts'
import { bytesOf, showBody } from './shown-body.ts'

/** Is given what goes on after the answer, for runtimes that stop with it what they were not told of. */
export type Later = (work: Promise<void>) => void

export interface CapturedAnswer {
  readonly answer: Response
  /** Its body is a text that is there already. */
  readonly isWhole: boolean
  readonly captures: readonly Capture[]
  /** Those that leave. */
  readonly headers: Headers
  readonly later: Later
}

/**
 * Has captures shown the body of an answer as it leaves. Of a whole one they are told at once, unless they want to see it.
 *
 * @returns the body to send in the place of the answer's; undefined where that leaves as it is.
 */
export function captureAnswer({
  answer,
  isWhole,
  captures,
  headers,
  later,
}: CapturedAnswer): ReadableStream<Uint8Array> | undefined {
  if (captures.length === 0) return undefined
  const body = isWhole && captures.every(({ write }) => write === undefined) ? null : answer.body
  if (body === null) {
    tellLater(later, showWhole(captures))
    return undefined
  }
  const length = headers.get('content-length')
  const expected = length === null ? undefined : Number(length)
  return showBody({ body, length: expected, captures, later: (work) => tellLater(later, work) })
}

/** A body that is there already, or none. */
export function showWhole(captures: readonly Capture[], body?: Uint8Array | string): Promise<void> | undefined {
  if (captures.length === 0) return undefined
  const shown = new BodyCaptures(captures, undefined)
  if (body !== undefined) shown.write(bytesOf(body))
  return shown.end()
}

export function tellLater(later: Later, work: Promise<void> | undefined): void {
  if (work !== undefined) later(work)
}
