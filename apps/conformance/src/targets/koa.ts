import type { Redstart } from '@redstart/core'
import { cacheResponse, runPolicies, usePolicy } from '@redstart/koa'
import Koa, { type Context, type Middleware } from 'koa'
import { answerOf } from '../origin/answer.ts'
import { bystander } from './bystander.ts'
import type { Layer, Mounted } from './mount.ts'
import { PROFILES } from './profiles.ts'

export function mountKoa(layer: Layer, redstart: Redstart): Mounted {
  const app = new Koa()
  for (const middleware of inFront(layer, redstart)) app.use(middleware)
  app.use(answer)
  const listener = app.callback()
  return { listener: (request, response) => void listener(request, response) }
}

function inFront(layer: Layer, redstart: Redstart): Middleware<object, object>[] {
  if (layer === 'nothing') return []
  return [layer === 'bystander' ? runPolicies([usePolicy(bystander)]) : cacheResponse(redstart, PROFILES[layer])]
}

function answer(ctx: Context): void {
  const given = answerOf(ctx.req)
  if (given === undefined) {
    ctx.respond = false
    ctx.req.socket.destroy()
    return
  }
  ctx.status = given.status
  for (const [name, value] of given.headers) ctx.set(name, value)
  if (given.body !== undefined) ctx.body = given.body
}
