import { RedstartError } from '@redstart/core'
import { problemOf } from '@redstart/core/http'

/** The answer to an error: what the code of a `RedstartError` stands for, and 500 for all else. It says the code alone. */
export function problemResponse(error: unknown): Response {
  const { status, headers, body } = problemOf(error)
  return new Response(body ?? null, {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
}

/** An error of ours that Hono's own error handler answers by its status: it asks errors for their answer. */
export function answerable(error: unknown): unknown {
  if (!RedstartError.is(error) || 'getResponse' in error) return error
  return Object.defineProperty(error, 'getResponse', { value: () => problemResponse(error), configurable: true })
}
