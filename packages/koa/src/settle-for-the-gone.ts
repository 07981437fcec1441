import type { Context } from 'koa'

/**
 * Has Koa answer a client that left while its request was handled, as a server of Node.js does by itself: policies settle
 * when an answer ends. Koa ends none where the connection is gone and a handler has thrown, and Koa 2.16.4 ends none at all.
 */
export async function settleForTheGone(ctx: Context, handled: Promise<unknown>): Promise<void> {
  try {
    await handled
  } finally {
    const isUnanswered = !ctx.res.headersSent && !ctx.res.writableEnded
    if (isUnanswered && ctx.respond !== false && !ctx.writable) {
      // What Koa asks before it answers. Handlers, which are through here, were told the truth.
      Object.defineProperty(ctx, 'writable', { value: true, configurable: true })
    }
  }
}
