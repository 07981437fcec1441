import '../next-environment.ts'
import { readFile } from 'node:fs/promises'
import type { HttpPolicy } from '@redstart/core/http'
import type { HttpAdapter, HttpAnswer, HttpApp, HttpRoute, Visitor } from '@redstart/testing'
import { type PolicyUse, runPolicies, usePolicy } from '../../src/http.ts'
import { type Handler, listen, type Route } from './next-server.ts'

/** The app of the suite as people of Next.js would write it: a route for each path, and one for all others. */
export const routeAdapter: HttpAdapter = {
  settlesErrors: false,
  sendsLengths: false,
  start: async (app) => {
    const visitorOf = new WeakMap<Request, Visitor>()
    const uses = usesOf(app, visitorOf)
    const wrap = (handle: (request: Request) => Promise<Response>): Handler =>
      runPolicies(uses, { proxies: 0, onError: () => {} }, handle)
    const routes = new Map(app.routes.map((route) => [route.path, routeOf(route, visitorOf, wrap)]))
    const nowhere = { GET: wrap(async () => new Response(null, { status: 404 })) }
    return await listen((path) => routes.get(path) ?? nowhere)
  },
}

function usesOf({ visitors, others }: HttpApp, visitorOf: WeakMap<Request, Visitor>): readonly PolicyUse<Request>[] {
  return [
    usePolicy(visitors, (request: Request, visitor) => void visitorOf.set(request, visitor)),
    ...others.map((policy: HttpPolicy<undefined>) => usePolicy<undefined, Request>(policy)),
  ]
}

function routeOf(
  { method, handle }: HttpRoute,
  visitorOf: WeakMap<Request, Visitor>,
  wrap: (handle: (request: Request) => Promise<Response>) => Handler,
): Route {
  const handler = wrap(async (request) => {
    const visitor = visitorOf.get(request)
    if (visitor === undefined) throw new Error('The policies did not run')
    const body = method === 'POST' ? await request.text() : ''
    return await give(await handle(visitor, body, (name) => request.headers.get(name) ?? undefined))
  })
  return { [method]: handler }
}

/** Answers as handlers of Next.js do. */
export async function give(answer: HttpAnswer): Promise<Response> {
  const headers = new Headers((answer.headers ?? []).map(([name, value]): [string, string] => [name, value]))
  switch (answer.kind) {
    case 'json':
      return Response.json(answer.value, { headers })
    case 'redirect':
      headers.set('location', answer.to)
      return new Response(null, { status: 302, headers })
    case 'empty':
      return new Response(null, { status: answer.status, headers })
    case 'file':
      return new Response(await readFile(answer.path), { headers })
    case 'stream':
      headers.set('content-type', answer.type)
      return new Response(streamOf(answer.body), { headers })
    case 'torn':
      headers.set('content-type', answer.type)
      return new Response(streamOf(torn(answer.first, answer.error)), { headers })
  }
}

/** Asked for a piece when there is room for it, and told when nobody wants one any more. */
function streamOf(pieces: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

async function* torn(first: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield first
  throw error
}
