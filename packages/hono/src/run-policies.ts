import {
  decideAll,
  enter,
  FetchHeaders,
  fetchReply,
  isPromise,
  type PolicyUse,
  settleFetch,
  type Steps,
  Settling,
} from '@redstart/core/http'
import type { Context, MiddlewareHandler } from 'hono'
import type { Dispatch } from './again.ts'
import { type Connection, connectionOf, type ConnectionOptions } from './connection.ts'
import { HonoExchange } from './exchange.ts'
import { later } from './later.ts'
import { WholeAnswers } from './whole-answers.ts'
import { answerable } from './problem-response.ts'

export interface RunOptions extends ConnectionOptions {
  /**
   * Told what a policy failed with after the handler, when no error handler of Hono can answer any more.
   *
   * @default console.error
   */
  readonly onError?: (error: unknown, c: Context) => void
  /**
   * Has the application answer a request that no client waits for: `(request, env, executionCtx) => app.fetch(request, env,
   * executionCtx)`. The server of Node.js is asked by itself.
   *
   * @default none: policies that would answer a request once more, to renew what they keep, cannot
   */
  readonly dispatch?: Dispatch
}

/**
 * One middleware that runs policies around all that comes behind it: they decide in their order, and settle in the
 * opposite one, before the answer is handed to the runtime. Its body is not waited for, and streams stay streams.
 *
 * @throws RedstartError `INVALID_ARGUMENT` for an option that is not allowed.
 */
export function runPolicies(uses: readonly PolicyUse<Context>[], options: RunOptions = {}): MiddlewareHandler {
  const { onError = (error: unknown) => console.error(error), dispatch } = options
  const connection = connectionOf(options)
  return async function redstart(c, next) {
    await around({ c, next, uses, connection, dispatch, failed: (error) => onError(error, c) })
  }
}

/** One request. */
export interface Around {
  readonly c: Context
  readonly next: () => Promise<void>
  readonly uses: readonly PolicyUse<Context>[]
  readonly connection: Connection
  readonly dispatch?: Dispatch | undefined
  readonly failed: (error: unknown) => void
}

/** Runs policies around a handler. */
export async function around({ c, next, uses, connection, dispatch, failed }: Around): Promise<void> {
  const headers = new FetchHeaders()
  const steps: Steps = { settles: [], within: [] }
  const { settles } = steps
  const settlingOf = (): Settling => new Settling(settles, headers, failed)
  let whole: WholeAnswers | undefined
  try {
    const decided = decideAll(uses, new HonoExchange(c, { connection, headers, dispatch }), c, steps)
    const reply = isPromise(decided) ? await decided : decided
    headers.remember(headersBefore(c))
    if (reply === undefined) {
      whole = new WholeAnswers(c)
      await enter(steps, next)
    } else put(c, fetchReply(reply, headers, c.req.raw.method))
  } catch (error) {
    // Whatever answers it is out of reach here, but who has decided settles.
    if (settles.length > 0) await settlingOf().settle(500)
    throw answerable(error)
  }
  if (settles.length === 0 && headers.givenCount === 0) return
  const answer = c.res
  const leaving = await settleFetch({
    answer,
    headers,
    method: c.req.raw.method,
    settling: settlingOf(),
    isWhole: whole?.has(answer) === true,
    later: (work) => later(c, work),
  })
  if (leaving !== answer) put(c, leaving)
}

function put(c: Context, answer: Response): void {
  // Hono adds the headers of the answer before, unless there is none.
  c.res = undefined
  c.res = answer
}

/** What middleware in front has set, as Hono gives it to any answer. */
function headersBefore(c: Context): Headers {
  return c.body(null).headers
}
