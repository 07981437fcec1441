import type { ServerResponse } from 'node:http'
import type { Context } from 'koa'
import type { KoaExchange } from './exchange.ts'

/**
 * Has what Koa answers to an error carry the headers that policies gave: `ctx.onerror` takes all headers away first. And
 * an answer that had begun is broken off, since Koa would leave its client waiting for the rest.
 */
export function answerErrors(ctx: Context, exchange: KoaExchange): void {
  const { res } = ctx
  const answer = ctx.onerror
  Object.assign(ctx, {
    // Koa calls it at the end of each response, as a rule with nothing.
    onerror(error: Error | null | undefined) {
      const isError = error !== null && error !== undefined
      if (isError && !res.headersSent) giveAgain(ctx, exchange)
      Reflect.apply(answer, ctx, [error])
      if (isError && res.headersSent && !res.writableEnded) breakOff(ctx, error)
    },
  })
}

/** When the answer ends, which is at once as a rule. */
function giveAgain({ res }: Context, { headers }: KoaExchange): void {
  const { end } = res
  function giveAndEnd(...given: unknown[]): ServerResponse {
    if (!res.headersSent) headers.giveAgain()
    Reflect.apply(end, res, given)
    return res
  }
  // Not written right here: V8 would take it for what lives long, and keep all of the request with it.
  res.end = giveAndEnd
}

function breakOff({ req, res }: Context, error: Error): void {
  // Without an error a stream of HTTP/2 ends as though it were whole; with one HTTP/1 has Koa told of it once more.
  res.destroy(req.httpVersionMajor >= 2 ? error : undefined)
}
