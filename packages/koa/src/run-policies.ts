import { isPromise, type PoliciesRun, type PolicyUse, runPolicies as runOnNode } from '@redstart/core/node-http'
import type { Context, Middleware, Next } from 'koa'
import { answerErrors } from './answer-errors.ts'
import { bindReads } from './bind-reads.ts'
import { KoaExchange } from './exchange.ts'
import { sendReply } from './send-reply.ts'
import { settleForTheGone } from './settle-for-the-gone.ts'

export interface RunOptions {
  /**
   * Bytes that a handler may write while its head is held, beyond the first `write`, before its answer becomes a 500. Only
   * one that does not mind what `write` returns comes near it.
   *
   * @default 16 MiB
   */
  readonly heldBytes?: number
  /**
   * Told what a policy failed with after the handler, when no middleware can answer any more.
   *
   * @default an `error` event of the application
   */
  readonly onError?: (error: unknown, ctx: Context) => void
}

/**
 * One middleware that runs policies around all that comes behind it: they decide in their order, and settle in the
 * opposite one, before the head of the answer leaves, whoever writes it: Koa from `ctx.body`, a stream, or a handler to
 * `ctx.res`.
 */
export function runPolicies(uses: readonly PolicyUse<Context>[], options: RunOptions = {}): Middleware<object, object> {
  const { heldBytes = 16 * 1024 * 1024, onError = emitError } = options
  const run: Middleware = function redstart(ctx: Context, next: Next) {
    const exchange = new KoaExchange(ctx)
    // Koa reads a stream when the handler is through: what is made of it then belongs to the handler as well.
    const goOn = (ran: PoliciesRun): unknown =>
      ran === 'replied'
        ? undefined
        : settleForTheGone(
            ctx,
            ran(() => next().then(() => bindReads(ctx.body))),
          )
    const ran = runOnNode({
      uses,
      context: ctx,
      exchange,
      response: ctx.res,
      heldBytes,
      failed: (error) => onError(error, ctx),
      others: () => answerErrors(ctx, exchange),
      send: (reply) => sendReply(ctx, exchange, reply, ctx.app.middleware[0] === run),
    })
    return isPromise(ran) ? ran.then(goOn) : goOn(ran)
  }
  // Whatever an application says of its state and its context, policies need none of it.
  return run as Middleware<object, object>
}

/** Where Koa tells what it cannot answer itself. */
export function emitError(error: unknown, ctx: Context): void {
  const told = error instanceof Error ? error : new Error('A policy failed', { cause: error })
  ctx.app.emit('error', told, ctx)
}
