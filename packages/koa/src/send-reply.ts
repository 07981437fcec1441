import { Buffer } from 'node:buffer'
import type { Reply } from '@redstart/core/http'
import type { Context } from 'koa'
import type { KoaExchange } from './exchange.ts'

/**
 * Answers as a handler would, so that middleware in front of the policies sees the status and the body.
 *
 * @param first whether there is none in front. Then what is ready to be sent is: what Koa does for such an answer costs as
 *   much as finding it.
 */
export function sendReply(ctx: Context, { headers }: KoaExchange, reply: Reply, first: boolean): void {
  const { status, body } = reply
  const { req, res } = ctx
  if (first && reply.complete === true && status === 200 && req.method === 'GET' && req.httpVersionMajor === 1) {
    ctx.respond = false
    res.writeHead(status, flatHeaders(reply))
    res.end(body)
    return
  }
  headers.giveReply(reply)
  const type = ctx.res.getHeader('content-type')
  const { response } = ctx
  response.status = status
  // Koa would take null for a 204.
  response.body = body === undefined || typeof body === 'string' ? (body ?? '') : bytesOf(body)
  // Koa has guessed one.
  if (type === undefined) ctx.remove('content-type')
  if (ctx.respond === false) ctx.res.end(ctx.body)
}

/** Many requests are told the same. */
const flattened = new WeakMap<Reply, string[]>()

function flatHeaders(reply: Reply): string[] {
  const known = flattened.get(reply)
  if (known !== undefined) return known
  const flat = reply.headers.flat()
  flattened.set(reply, flat)
  return flat
}

/** Koa takes other bytes for something to be written as JSON. */
function bytesOf(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
