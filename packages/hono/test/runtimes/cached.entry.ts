import { env as variables } from 'node:process'
import { createRedstart, type Redstart } from '@redstart/core'
import { redisHttp } from '@redstart/core/redis-http'
import { type Context, Hono } from 'hono'
import { cacheResponse, type CacheResponseMiddlewareOptions, cacheTags } from '../../src/index.ts'

/** Bindings of a Worker, or the environment of a process. */
interface Env {
  readonly REST_URL: string
  readonly REST_TOKEN: string
  readonly APP: string
}

let made: Redstart | undefined

/** One for all requests, made with the first: nothing of it belongs to a request. */
function redstartOf({ env }: Context<{ Bindings: Env }>): Redstart {
  made ??= createRedstart({
    app: env.APP,
    backend: redisHttp({ url: env.REST_URL, token: env.REST_TOKEN }),
    deadline: '10s',
  })
  return made
}

let runs = 0

function run(c: Context): Response {
  runs += 1
  cacheTags(c, `page:${c.req.path}`)
  return c.json({ runs, language: c.req.header('accept-language') ?? null })
}

const stale: CacheResponseMiddlewareOptions = {
  ttl: 1,
  stale: '1h',
  dispatch: (request, env: Env, context) => app.fetch(request, env, context),
}

const app = new Hono<{ Bindings: Env }>()
  .get('/page', cacheResponse(redstartOf, { ttl: '1h' }), run)
  .get('/languages', cacheResponse(redstartOf, { ttl: '1h' }), (c) => {
    c.header('vary', 'accept-language')
    return run(c)
  })
  .get('/slow', cacheResponse(redstartOf, { ttl: '1h' }), async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 300))
    return run(c)
  })
  .get('/stale', cacheResponse(redstartOf, stale), run)
  .post('/page', cacheResponse(redstartOf), (c) => c.text('changed'))

interface Servers {
  readonly Deno?: { serve(options: object, fetch: (request: Request) => unknown): unknown }
  readonly Bun?: { serve(options: object): { readonly port: number } }
}

// Types of other runtimes are not those of Node.js; this is what is used of them.
const { Deno, Bun } = globalThis as typeof globalThis & Servers
const options = { hostname: '127.0.0.1', port: 0 }
const ofProcess = (request: Request): unknown => app.fetch(request, variables)
if (Bun !== undefined) console.log(`port ${Bun.serve({ ...options, fetch: ofProcess }).port}`)
else
  Deno?.serve({ ...options, onListen: ({ port }: { readonly port: number }) => console.log(`port ${port}`) }, ofProcess)

export default { fetch: app.fetch }
