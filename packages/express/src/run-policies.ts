import type { Reply } from '@redstart/core/http'
import type { Request, RequestHandler, Response } from 'express'
import { after, isPromise } from './after.ts'
import { ExpressExchange } from './exchange.ts'
import { holdHead } from './head-hold.ts'
import type { PolicyUse, Settle } from './policy-use.ts'
import { ResponseHeaders } from './response-headers.ts'
import { Settling } from './settling.ts'

export interface RunOptions {
  /**
   * Bytes that a handler may write while its head is held, beyond the first `write`, before its answer becomes a 500. Only
   * one that does not mind what `write` returns comes near it.
   *
   * @default 16 MiB
   */
  readonly heldBytes?: number
  /**
   * Told what a policy failed with after the handler, when no error handler of Express can answer any more.
   *
   * @default console.error
   */
  readonly onError?: (error: unknown, request: Request) => void
}

/**
 * One middleware that runs policies around all that comes behind it: they decide in their order and settle in the
 * opposite one. While one of them takes its time to settle, what the handler writes is held; where none has anything to
 * settle the response is left as it is. Other middleware may patch the response before and behind.
 */
export function runPolicies(uses: readonly PolicyUse[], options: RunOptions = {}): RequestHandler {
  const { heldBytes = 16 * 1024 * 1024, onError = (error: unknown) => console.error(error) } = options
  return function redstart(request, response, next) {
    const headers = new ResponseHeaders(response)
    const exchange = new ExpressExchange(request, headers)
    const settles: Settle[] = []
    const failed = (error: unknown): void => onError(error, request)
    const hold = (): void => {
      if (settles.length === 0) return
      headers.remember()
      const settling = new Settling(settles, headers, failed)
      holdHead(response, { limit: heldBytes, headers, settling, failed })
    }
    const goOn = (reply: Reply | undefined): void => {
      hold()
      if (reply === undefined) next()
      else send(response, headers, reply)
    }
    const giveUp = (error: unknown): void => {
      hold()
      next(asError(error))
    }
    let decided: Reply | undefined | Promise<Reply | undefined>
    try {
      decided = decideAll(uses, exchange, request, settles)
    } catch (error) {
      return giveUp(error)
    }
    if (isPromise(decided)) decided.then(goOn, giveUp)
    else goOn(decided)
  }
}

/** The reply of the first policy that has one; those before it are left to settle. */
function decideAll(
  uses: readonly PolicyUse[],
  exchange: ExpressExchange,
  request: Request,
  settles: Settle[],
): Reply | undefined | Promise<Reply | undefined> {
  const decideFrom = (n: number): Reply | undefined | Promise<Reply | undefined> => {
    const use = uses[n]
    if (use === undefined) return undefined
    return after(use.decide(exchange, request), (decided) => {
      if (decided.reply !== undefined) return decided.reply
      if (decided.settle !== undefined) settles.push(decided.settle)
      return decideFrom(n + 1)
    })
  }
  return decideFrom(0)
}

function send(response: Response, headers: ResponseHeaders, reply: Reply): void {
  headers.giveReply(reply)
  response.statusCode = reply.status
  response.end(reply.body)
}

/** Express takes `next('route')` and `next()` for no error. */
function asError(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? error : new Error('A policy failed', { cause: error })
}
