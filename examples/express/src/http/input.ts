import type { Request } from 'express'
import { z } from 'zod'
import { Problem } from './problem.ts'

const LARGEST_ID = 2_147_483_647

/** An id in a path: a whole number as PostgreSQL's `int` holds it, written the one usual way. */
export const id: z.ZodType<number, string> = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'a whole number from 1, without sign, point or leading zeros')
  .transform(Number)
  .pipe(z.number().max(LARGEST_ID, `a number up to ${LARGEST_ID}`))

/** An id in a body. */
export const bodyId: z.ZodType<number, number> = z.number().int().min(1).max(LARGEST_ID)

/** What every GET takes: `?cache=off` asks the database instead, to compare. */
export const readOptions: { readonly cache: z.ZodOptional<z.ZodEnum<{ on: 'on'; off: 'off' }>> } = {
  cache: z.enum(['on', 'off']).optional(),
}

/** The query of a GET that has no parameters of its own. */
export const plainQuery: z.ZodObject<typeof readOptions, z.core.$strict> = z.strictObject(readOptions)

/**
 * A part of a request in the shape that a route needs.
 *
 * @param where names the part for people: `path`, `query` or `body`.
 * @throws Problem 400 that lists everything that is wrong.
 */
export function parse<Output>(schema: z.ZodType<Output>, value: unknown, where: 'path' | 'query' | 'body'): Output {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => ({ at: place(issue.path), message: issue.message }))
  throw new Problem(400, 'Bad request', `The ${where} of the request is not as it should be.`, faults.slice(0, 20))
}

/**
 * The JSON body of a request in the shape that a route needs.
 *
 * @throws Problem 415 when it was not sent as JSON, 400 when it is not as it should be.
 */
export function parseBody<Output>(schema: z.ZodType<Output>, request: Request): Output {
  if (request.body === undefined) {
    throw new Problem(415, 'Unsupported media type', 'Send a JSON body with content-type: application/json.')
  }
  return parse(schema, request.body, 'body')
}

/** `lines[0].quantity` */
function place(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 40)}`))
    .join('')
    .replace(/^\./, '')
}
