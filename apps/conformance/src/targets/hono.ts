import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Redstart } from '@redstart/core'
import { cacheResponse, runPolicies, usePolicy } from '@redstart/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { type Answer, standardAnswerOf } from '../origin/answer.ts'
import { bystander } from './bystander.ts'
import type { Layer, Mounted } from './mount.ts'
import { PROFILES } from './profiles.ts'

export function mountHono(layer: Layer, redstart: Redstart): Mounted {
  const app = new Hono<Bindings>()
  for (const middleware of inFront(layer, redstart)) app.use(middleware)
  app.all('*', answer)
  const listener = getRequestListener(app.fetch)
  return { listener: (request, response) => void listener(request, response) }
}

interface Bindings {
  Bindings: HttpBindings
}

function inFront(layer: Layer, redstart: Redstart): MiddlewareHandler[] {
  if (layer === 'nothing') return []
  return [layer === 'bystander' ? runPolicies([usePolicy(bystander)]) : cacheResponse(redstart, PROFILES[layer])]
}

function answer(c: Context<Bindings>): Response {
  const { method, url, headers } = c.req.raw
  const { pathname, search } = new URL(url)
  const given = standardAnswerOf({ method, url: pathname + search, headers: Object.fromEntries(headers) })
  if (given !== undefined) return responseOf(given)
  c.env.incoming.socket.destroy()
  return c.body(null)
}

function responseOf({ status, headers: given, body }: Answer): Response {
  const headers = new Headers()
  for (const [name, values] of given) for (const value of [values].flat()) headers.append(name, value)
  return new Response(body ?? null, { status, headers })
}
