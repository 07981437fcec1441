import { RedstartError } from '@redstart/core'
import type { Context, Env, ErrorHandler } from 'hono'
import { problemResponse } from './problem-response.ts'

/**
 * Answers errors of Redstart that handlers throw by what they mean: 401 for `requireUser()` where nobody is signed in, 403
 * for `requireRole()`, 503 where the store did not do its part. Hono itself would answer them with 500. What is
 * answered with 500 or more is a line on `console.error` as well.
 *
 * ```ts
 * app.onError(answerErrors())
 * ```
 *
 * @param others answers all other errors. @default as Hono does: their own answer, or a 500 and a line on `console.error`
 */
export function answerErrors<E extends Env>(others: ErrorHandler<E> = asHonoDoes): ErrorHandler<E> {
  return function redstartErrors(error, c) {
    if (!RedstartError.is(error)) return others(error, c)
    if (error.status >= 500) console.error(error)
    return problemResponse(error)
  }
}

function asHonoDoes(error: Error, c: Context): Response {
  if ('getResponse' in error && typeof error.getResponse === 'function') {
    // What Hono asks of its own errors.
    const response = Reflect.apply(error.getResponse, error, []) as Response
    return c.newResponse(response.body, response)
  }
  console.error(error)
  return c.text('Internal Server Error', 500)
}
