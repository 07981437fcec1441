import { RedstartError } from '@redstart/core'
import {
  type AnswerAgain,
  decideAll,
  enter,
  type FetchAnswer,
  FetchHeaders,
  fetchReply,
  isPromise,
  type PolicyUse,
  problemOf,
  readThrough,
  settleFetch,
  type Steps,
  Settling,
} from '@redstart/core/http'
import type { Connection } from '../client-address/connection.ts'
import { askedOnceMore } from './came.ts'
import { RouteExchange } from './exchange.ts'
import { later } from './later.ts'
import type { RouteHandler } from './route-handler.ts'
import { answerOfSignal } from './signals.ts'

/** One request to a route, and what runs around its handler. */
export interface RouteRun<Incoming extends Request, Context> {
  readonly request: Incoming
  readonly context: Context
  readonly uses: readonly PolicyUse<Incoming>[]
  readonly handler: RouteHandler<Incoming, Context>
  /** The same once more, of another request. */
  readonly whole: RouteHandler<Incoming, Context>
  readonly connection: Connection
  readonly failed: (error: unknown) => void
}

/** Runs policies around the handler of a route. */
export async function runRoute<Incoming extends Request, Context>(run: RouteRun<Incoming, Context>): Promise<Response> {
  const { request, context, uses, handler, connection, failed } = run
  const headers = new FetchHeaders()
  const steps: Steps = { settles: [], within: [] }
  // What is asked here is decided for one request: while an app is built, Next.js learns by this that nothing is to be
  // prerendered, which it says by throwing.
  const { method } = requestOf(request)
  const leaving = (answer: Response): FetchAnswer => {
    const settling = new Settling(steps.settles, headers, failed)
    return { answer, method, headers, settling, isWhole: false, later }
  }
  let answer: Response
  try {
    const exchange = new RouteExchange(request, { connection, headers, again: againOf(run) })
    const decided = decideAll(uses, exchange, request, steps)
    const reply = isPromise(decided) ? await decided : decided
    answer =
      reply === undefined
        ? await enter(steps, async () => await handler(request, context))
        : fetchReply(reply, headers, method)
  } catch (error) {
    const instead = answerOf(error, request, failed)
    if (instead !== undefined) answer = instead
    else {
      const saved = await answeredInstead(steps, () => settleFetch(leaving(new Response(null, { status: 500 }))))
      if (saved === undefined) throw error
      failed(error)
      return saved
    }
  }
  if (steps.settles.length === 0 && headers.givenCount === 0) return answer
  // Next.js says which handler returned none, and answers with 500.
  if (!isResponse(answer)) {
    await settleFetch(leaving(new Response(null, { status: 500 })))
    return answer
  }
  return await settleFetch(leaving(answer))
}

/**
 * Whatever Next.js answers to an error is out of reach here, but who has decided settles, and may have something better than
 * an error: what was kept of this page.
 */
async function answeredInstead({ settles }: Steps, settle: () => Promise<Response>): Promise<Response | undefined> {
  if (settles.length === 0) return undefined
  const answer = await settle()
  return answer.status < 500 ? answer : undefined
}

function isResponse(answer: unknown): boolean {
  return answer instanceof Response
}

function requestOf(request: Request): Pick<Request, 'method' | 'headers'> {
  const { method, headers } = request
  return { method, headers }
}

/** Undefined for what is an error of the application's, which Next.js reports and answers with 500. */
function answerOf(error: unknown, request: Request, failed: (error: unknown) => void): Response | undefined {
  if (!RedstartError.is(error)) return answerOfSignal(error, request)
  if (error.status === 500) return undefined
  if (error.status > 500) failed(error)
  const { status, headers, body } = problemOf(error)
  return new Response(body ?? null, {
    status,
    headers: headers.map(([name, value]): [string, string] => [name, value]),
  })
}

/** By all that stands around the handler: what stands further out has seen the request before. */
function againOf<Incoming extends Request, Context>({
  request,
  context,
  whole,
}: RouteRun<Incoming, Context>): AnswerAgain {
  const outermost = (routes.get(request) ?? whole) as typeof whole // It was given this request as well.
  routes.set(request, outermost)
  return async (note) => {
    const answered = answerAgain(request, note, async (asked) => await outermost(asked, context))
    later(answered)
    await answered
  }
}

const routes = new WeakMap<Request, unknown>()

async function answerAgain<Incoming extends Request>(
  request: Incoming,
  note: (request: object) => void,
  answer: (asked: Incoming) => Promise<Response>,
): Promise<void> {
  try {
    const asked = askedOnceMore(request) as Incoming // It is of the same kind.
    note(asked)
    const { body } = await answer(asked)
    if (body !== null) await readThrough(body)
  } catch {
    // Whatever became of it: nobody waits for its answer.
  }
}
