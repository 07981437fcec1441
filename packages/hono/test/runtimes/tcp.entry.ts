import { createRedstart, type Redstart } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { type Context, Hono } from 'hono'
import { answerErrors, session } from '../../src/index.ts'

/** Bindings of the Worker. */
interface Env {
  readonly REDIS_URL: string
  readonly KEYS: string
}

interface Fields {
  views: number
}

interface AppEnv {
  Bindings: Env
  Variables: { redstart: Redstart<Fields> }
}

/** The first request's, for what is not to be done. */
let kept: Redstart<Fields> | undefined
let loads = 0

function makeRedstart({ REDIS_URL, KEYS }: Env): Redstart<Fields> {
  return createRedstart<Fields>({ app: 'tcp', keys: KEYS, backend: redis(REDIS_URL), deadline: '2s' })
}

const app = new Hono<AppEnv>()
  .get('/kept', async (c) => {
    kept ??= makeRedstart(c.env)
    return c.json(await kept.health())
  })
  .use(async (c, next) => {
    const redstart = makeRedstart(c.env)
    c.set('redstart', redstart)
    await next()
    c.executionCtx.waitUntil(redstart.close())
  })
  .use(session(({ var: { redstart } }: Context<AppEnv>) => redstart))
  .post('/login/:user', async (c) => {
    await c.var.session.login(c.req.param('user'))
    return c.redirect('/views')
  })
  .get('/views', (c) => {
    const { session: own } = c.var
    own.views = (own.views ?? 0) + 1
    return c.json({ userId: own.userId, views: own.views })
  })
  .get('/cached', async (c) =>
    c.json(await c.var.redstart.cache.getOrSet('n:k', () => Promise.resolve(`loaded ${(loads += 1)}`))),
  )
  .get('/stream', (c) => {
    const { session: own } = c.var
    own.views = 1
    return c.body(streamed(() => (own.views = 2)))
  })
  .get('/nothing', (c) => c.text('nothing'))
  .onError(answerErrors())

/** Its last piece comes when the head has left for long. */
function streamed(atTheEnd: () => void): ReadableStream<Uint8Array> {
  let pieces = 0
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (pieces++ < 3) return controller.enqueue(new TextEncoder().encode('piece\n'))
      atTheEnd()
      controller.close()
    },
  })
}

export default { fetch: app.fetch }
