import { isPromise, type PoliciesRun, type PolicyUse, runPolicies as runOnNode } from '@redstart/core/node-http'
import type { Request, RequestHandler } from 'express'
import { ExpressExchange } from './exchange.ts'
import { shareShapes } from './shared-shape.ts'

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
export function runPolicies(uses: readonly PolicyUse<Request>[], options: RunOptions = {}): RequestHandler {
  const { heldBytes = 16 * 1024 * 1024, onError = (error: unknown) => console.error(error) } = options
  return function redstart(request, response, next) {
    shareShapes(request, response)
    const exchange = new ExpressExchange(request, response)
    const failed = (error: unknown): void => onError(error, request)
    const goOn = (run: PoliciesRun): void => {
      if (run !== 'replied') run(next)
    }
    const giveUp = (error: unknown): void => next(asError(error))
    let run: PoliciesRun | Promise<PoliciesRun>
    try {
      run = runOnNode({ uses, context: request, exchange, response, heldBytes, failed })
    } catch (error) {
      return giveUp(error)
    }
    if (isPromise(run)) run.then(goOn, giveUp)
    else goOn(run)
  }
}

/** Express takes `next('route')` and `next()` for no error. */
function asError(error: unknown): unknown {
  return typeof error === 'object' && error !== null ? error : new Error('A policy failed', { cause: error })
}
