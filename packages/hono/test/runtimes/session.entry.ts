import { env as variables } from 'node:process'
import { createRedstart, fixedWindow, type Redstart } from '@redstart/core'
import { redisHttp } from '@redstart/core/redis-http'
import { type Context, Hono } from 'hono'
import { answerErrors, rateLimit, session } from '../../src/index.ts'

/** Bindings of a Worker, or the environment of a process. */
interface Env {
  readonly REST_URL: string
  readonly REST_TOKEN: string
  readonly KEYS: string
  readonly APP: string
}

interface Fields {
  views: number
  note: string
}

let made: Redstart<Fields> | undefined

/** One for all requests, made with the first: nothing of it belongs to a request. */
function redstartOf({ env }: Context<{ Bindings: Env }>): Redstart<Fields> {
  made ??= createRedstart<Fields>({
    app: env.APP,
    keys: env.KEYS,
    backend: redisHttp({ url: env.REST_URL, token: env.REST_TOKEN }),
    deadline: '10s',
    policies: { two: fixedWindow({ limit: 2, window: '1h' }) },
  })
  return made
}

const limited = rateLimit(redstartOf, { policies: 'two', clientAddress: { hops: 1 }, refund: 'failure' })

const app = new Hono<{ Bindings: Env }>()
  .get('/limited', limited, (c) => c.text('passed', c.req.query('fails') === undefined ? 200 : 400))
  .use(session(redstartOf))
  .post('/login/:user', async (c) => {
    await c.var.session.login(c.req.param('user'))
    return c.redirect('/who')
  })
  .post('/logout', async (c) => {
    await c.var.session.logout()
    return c.redirect('/who')
  })
  .get('/who', (c) => c.json({ userId: c.var.session.userId ?? null, views: c.var.session.views ?? 0 }))
  .get('/views', (c) => {
    const { session: own } = c.var
    own.views = (own.views ?? 0) + 1
    return c.json({ userId: own.userId, views: own.views })
  })
  .get('/note', (c) => c.json(c.get('session').note ?? null))
  .get('/stream', (c) => {
    const own = c.get('session')
    own.note = 'begun'
    return c.body(streamed(() => (own.note = 'ended')))
  })
  .get('/mine', (c) => c.text(c.var.session.requireUser()))
  .get('/elsewhere', async () => await fetch('data:text/plain,fetched'))
  .onError(answerErrors())

/** Its last piece comes when the head has left for long. */
function streamed(atTheEnd: () => void): ReadableStream<Uint8Array> {
  let pieces = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (pieces++ < 3) return controller.enqueue(new TextEncoder().encode(`piece ${pieces}\n`))
      atTheEnd()
      controller.close()
    },
  })
}

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
