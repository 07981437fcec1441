import { session } from '@redstart/koa'
import Koa, { type Context, type Middleware } from 'koa'
import koaSession from 'koa-session'
import { createClient } from 'redis'
import { type Kept, logIn, plain, read, write } from '../kept.ts'
import { COOKIE, ours, SECRET } from '../ours.ts'
import { prefixOf, type Stack } from '../stacks.ts'

const ANSWERS: Readonly<Record<string, (context: Context) => object>> = {
  '/log-in': (context) => logIn(keptBy(context)),
  '/read': (context) => read(keptBy(context)),
  '/write': (context) => write(keptBy(context)),
  '/plain': plain,
}

export async function listenWithKoa(stack: Stack, url: string): Promise<number> {
  const app = new Koa()
  app.keys = [SECRET]
  const sessions = await sessionsOf(app, stack, url)
  if (sessions !== undefined) app.use(sessions)
  app.use((context) => {
    context.body = ANSWERS[context.path]?.(context)
  })
  return await new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      server.keepAliveTimeout = 0
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
    })
  })
}

async function sessionsOf(app: Koa, stack: Stack, url: string): Promise<Middleware | undefined> {
  if (stack.name === 'none') return undefined
  if (stack.name === 'Redstart') return session(ours(stack, url), { cookie: COOKIE }) as Middleware // It knows more of the context.
  const client = createClient({ url })
  await client.connect()
  const prefix = prefixOf(stack)
  const store = {
    async get(key: string): Promise<unknown> {
      const text = await client.get(prefix + key)
      return text === null ? undefined : JSON.parse(text)
    },
    async set(key: string, value: unknown, maxAge: number | 'session' | undefined): Promise<void> {
      const PX = typeof maxAge === 'number' ? maxAge : 86_400_000
      await client.set(prefix + key, JSON.stringify(value), { PX })
    },
    async destroy(key: string): Promise<void> {
      await client.del(prefix + key)
    },
  }
  return koaSession({ store }, app)
}

/** As in the application with Express. */
function keptBy(context: Context): Kept {
  return Reflect.get(context, 'session') as Kept
}
