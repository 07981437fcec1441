import { serve } from '@hono/node-server'
import { session } from '@redstart/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { type SessionData, sessionMiddleware, type Store } from 'hono-sessions'
import { createClient } from 'redis'
import { type Kept, logIn, plain, read, write } from '../kept.ts'
import { COOKIE, ours, SECRET } from '../ours.ts'
import { prefixOf, type Stack } from '../stacks.ts'

export async function listenWithHono(stack: Stack, url: string): Promise<number> {
  const app = new Hono()
  const sessions = await sessionsOf(stack, url)
  if (sessions !== undefined) app.use(sessions)
  const keptBy = stack.name === 'Redstart' ? ownProperties : behindMethods
  app.post('/log-in', (c) => c.json(logIn(keptBy(c))))
  app.get('/read', (c) => c.json(read(keptBy(c))))
  app.get('/write', (c) => c.json(write(keptBy(c))))
  app.get('/plain', (c) => c.json(plain()))
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port))
    if ('keepAliveTimeout' in server) server.keepAliveTimeout = 0
  })
}

async function sessionsOf(stack: Stack, url: string): Promise<MiddlewareHandler | undefined> {
  if (stack.name === 'none') return undefined
  if (stack.name === 'Redstart') return session(ours(stack, url), { cookie: COOKIE })
  const client = createClient({ url })
  await client.connect()
  const prefix = prefixOf(stack)
  const persist = async (id: string, data: SessionData): Promise<void> => {
    await client.set(prefix + id, JSON.stringify(data), { EX: 86_400 })
  }
  const store: Store = {
    async getSessionById(id) {
      const text = await client.get(prefix + id)
      return text === null ? null : (JSON.parse(text) as SessionData) // What persist() has stored.
    },
    createSession: persist,
    persistSessionData: persist,
    async deleteSession(id) {
      await client.del(prefix + id)
    },
  }
  return sessionMiddleware({ store, encryptionKey: SECRET, expireAfterSeconds: 86_400 })
}

function ownProperties(c: Context): Kept {
  return c.get('session') as Kept
}

/** The same properties for who has methods in their place. */
function behindMethods(c: Context): Kept {
  const own = c.get('session') as { get(name: string): unknown; set(name: string, value: unknown): void } // As documented.
  return new Proxy<Kept>(
    {},
    {
      get: (_target, name) => own.get(String(name)),
      set: (_target, name, value) => {
        own.set(String(name), value)
        return true
      },
    },
  )
}
