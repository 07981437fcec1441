import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { HttpAdapter, HttpAnswer, HttpApp, StartedHttpApp, Visitor } from '@redstart/testing'
import type Koa from 'koa'
import type { Context, Middleware } from 'koa'
import compress from 'koa-compress'
import { runPolicies, usePolicy } from '../src/index.ts'
import type { KoaClass } from './koa-versions.ts'

/** Where the middleware of `koa-compress` stands. */
export type Compression = 'none' | 'before' | 'behind'

/** How handlers answer: by `ctx.body`, or by the response itself with `ctx.respond = false`. */
export type Answering = 'body' | 'response'

/** An adapter, with the middleware that runs policies, for tests of what is done wrong. */
export interface KoaAdapterParts {
  readonly koa: KoaClass
  readonly compression?: Compression
  readonly answering?: Answering
  readonly policies?: (app: HttpApp) => Middleware<object, object>
  readonly visitorOf?: (ctx: object) => Visitor
}

export function koaAdapter({
  koa,
  compression = 'none',
  answering = 'body',
  policies = policiesOf,
  visitorOf = keptVisitor,
}: KoaAdapterParts): HttpAdapter {
  return {
    settlesErrors: true,
    start: async (description) => {
      const app = new koa()
      app.silent = true
      if (compression === 'before') app.use(compress())
      app.use(policies(description))
      if (compression === 'behind') app.use(compress())
      app.use(async (ctx, next) => {
        const method = ctx.method === 'HEAD' ? 'GET' : ctx.method
        const route = description.routes.find((one) => one.path === ctx.path && one.method === method)
        if (route === undefined) return void (await next())
        const body = method === 'POST' ? await text(ctx.req) : ''
        const answer = await route.handle(visitorOf(ctx), body, (name) => ctx.get(name) || undefined)
        if (answering === 'body') await give(ctx, answer)
        else await write(ctx, answer)
      })
      return await listen(app)
    },
  }
}

export async function listen(app: Pick<Koa, 'callback'>): Promise<StartedHttpApp> {
  const handle = app.callback()
  const server = createServer((request, response) => void handle(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo
  return {
    port,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** States are kept where no two requests meet. */
const states = new WeakMap<object, Visitor>()

function keptVisitor(ctx: object): Visitor {
  const visitor = states.get(ctx)
  if (visitor === undefined) throw new Error('The middleware did not run')
  return visitor
}

export function policiesOf({ visitors, others }: HttpApp): Middleware<object, object> {
  const uses = [
    usePolicy(visitors, (ctx: Context, visitor) => void states.set(ctx, visitor)),
    ...others.map((policy) => usePolicy(policy)),
  ]
  return runPolicies(uses, { onError: () => {} })
}

export async function give(ctx: Context, answer: HttpAnswer): Promise<void> {
  for (const [name, value] of answer.headers ?? []) ctx.append(name, value)
  switch (answer.kind) {
    case 'json':
      ctx.type = 'json'
      ctx.body = JSON.stringify(answer.value)
      return
    case 'redirect':
      return ctx.redirect(answer.to)
    case 'empty':
      ctx.status = answer.status
      return
    case 'file':
      ctx.length = (await stat(answer.path)).size
      ctx.body = createReadStream(answer.path)
      return
    case 'stream':
      ctx.type = answer.type
      ctx.body = Readable.from(answer.body, { objectMode: false })
      return
    case 'torn':
      ctx.type = answer.type
      ctx.res.statusCode = 200
      ctx.res.write(answer.first)
      throw answer.error
  }
}

/** As handlers do that take the response over. */
async function write(ctx: Context, answer: HttpAnswer): Promise<void> {
  const { res } = ctx
  if (answer.kind === 'torn') return await give(ctx, answer)
  ctx.respond = false
  res.statusCode = 200
  for (const [name, value] of answer.headers ?? []) res.appendHeader(name, value)
  switch (answer.kind) {
    case 'json':
      res.setHeader('content-type', 'application/json')
      res.end(JSON.stringify(answer.value))
      return
    case 'redirect':
      res.writeHead(302, { location: answer.to }).end()
      return
    case 'empty':
      res.writeHead(answer.status).end()
      return
    case 'file':
      res.setHeader('content-length', (await stat(answer.path)).size)
      createReadStream(answer.path).pipe(res)
      return
    case 'stream':
      res.setHeader('content-type', answer.type)
      // Ends early when the client goes.
      pipeline(Readable.from(answer.body, { objectMode: false }), res).catch(() => {})
      return
  }
}
