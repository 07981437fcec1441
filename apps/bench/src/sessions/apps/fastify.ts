import cookie from '@fastify/cookie'
import fastifySession from '@fastify/session'
import { session } from '@redstart/fastify'
import { RedisStore } from 'connect-redis'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { createClient } from 'redis'
import { type Kept, logIn, plain, read, write } from '../kept.ts'
import { COOKIE, ours, SECRET } from '../ours.ts'
import { prefixOf, type Stack } from '../stacks.ts'

export async function listenWithFastify(stack: Stack, url: string): Promise<number> {
  const app = Fastify({ keepAliveTimeout: 0 })
  await addSessions(app, stack, url)
  app.post('/log-in', async (request) => logIn(keptBy(request)))
  app.get('/read', async (request) => read(keptBy(request)))
  app.get('/write', async (request) => write(keptBy(request)))
  app.get('/plain', async () => plain())
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

async function addSessions(app: FastifyInstance, stack: Stack, url: string): Promise<void> {
  if (stack.name === 'none') return
  if (stack.name === 'Redstart') {
    await app.register(session, { redstart: ours(stack, url), cookie: COOKIE })
    return
  }
  const client = createClient({ url })
  await client.connect()
  const store = new RedisStore({ client, prefix: prefixOf(stack) })
  await app.register(cookie)
  await app.register(fastifySession, { store, secret: SECRET, saveUninitialized: false, cookie: { secure: false } })
}

/** As in the application with Express. */
function keptBy(request: FastifyRequest): Kept {
  return Reflect.get(request, 'session') as Kept
}
