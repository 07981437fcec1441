import { Buffer } from 'node:buffer'
import type { Reply } from '@redstart/core/http'
import type { Context } from 'koa'
import type { KoaExchange } from './exchange.ts'

/** Answers as a handler would, so that middleware in front of the policies sees the status and the body. */
export function sendReply(ctx: Context, { headers }: KoaExchange, reply: Reply): void {
  const { status, body } = reply
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

/** Koa takes other bytes for something to be written as JSON. */
function bytesOf(body: Uint8Array): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
}
