import type { ServerResponse } from 'node:http'
import type { Reply } from '../http/exchange.ts'
import { isPromise } from '../http/after.ts'
import { holdHead } from './head-hold.ts'
import type { NodeExchange } from './node-exchange.ts'
import { decideAll, enter, type PolicyUse, type Settle, type Steps, type Within } from '../http/policy-use.ts'
import type { ResponseHeaders } from './response-headers.ts'
import { Settling } from '../http/settling.ts'

/** One request and its response, for {@link runPolicies}. */
export interface PolicyRun<Context> {
  readonly uses: readonly PolicyUse<Context>[]
  /** What the framework gives handlers. */
  readonly context: Context
  readonly exchange: NodeExchange
  readonly response: ServerResponse
  /**
   * Bytes that a handler may write while its head is held, beyond the first `write`, before its answer becomes a 500. Only
   * one that does not mind what `write` returns comes near it.
   */
  readonly heldBytes: number
  /** Told what a policy failed with after the handler, when nobody else can be any more. */
  readonly failed: (error: unknown) => void
  /** Called before anybody else may answer, or gives headers: not where a reply is all that comes of a request. */
  readonly others?: () => void
  /** Answers in place of the handler, where the framework has to do it itself. @default writes it to the response */
  readonly send?: (reply: Reply) => void
}

/** It is the handler's turn, within what policies put around it; or a policy has answered in its place. */
export type PoliciesRun = Within | 'replied'

/**
 * Runs policies around all that answers a request of Node.js after this: they decide in their order, now, and settle in
 * the opposite one, before the head leaves. While one of them takes its time to settle, what the handler writes is held;
 * where none has anything to settle the response is left as it is. Others may patch the response before and after.
 *
 * Throws, or rejects, with what a policy could not decide for; the answer to that passes those that had decided before.
 */
export function runPolicies<Context>(run: PolicyRun<Context>): PoliciesRun | Promise<PoliciesRun> {
  const steps: Steps = { settles: [], within: [] }
  const { settles } = steps
  const goOn = (reply: Reply | undefined): PoliciesRun => {
    if (reply === undefined || settles.length > 0 || run.exchange.headers.givenCount > 0) run.others?.()
    hold(run, settles)
    if (reply === undefined) return steps.within.length === 0 ? AT_ONCE : (next) => enter(steps, next)
    if (run.send === undefined) send(run.response, run.exchange.headers, reply)
    else run.send(reply)
    return 'replied'
  }
  const giveUp = (error: unknown): never => {
    run.others?.()
    hold(run, settles)
    throw error
  }
  let decided: Reply | undefined | Promise<Reply | undefined>
  try {
    decided = decideAll(run.uses, run.exchange, run.context, steps)
  } catch (error) {
    return giveUp(error)
  }
  return isPromise(decided) ? decided.then(goOn, giveUp) : goOn(decided)
}

const AT_ONCE: Within = (next) => next()

function hold<Context>(
  { exchange: { headers }, response, heldBytes, failed }: PolicyRun<Context>,
  settles: readonly Settle[],
): void {
  // Guides for servers of WebSockets give an empty object: all that is wanted there is what was decided.
  if (settles.length === 0 || typeof response.writeHead !== 'function') return
  headers.remember()
  holdHead(response, { limit: heldBytes, headers, settling: new Settling(settles, headers, failed), failed })
}

function send(response: ServerResponse, headers: ResponseHeaders, reply: Reply): void {
  headers.giveReply(reply)
  response.statusCode = reply.status
  response.end(reply.body)
}
