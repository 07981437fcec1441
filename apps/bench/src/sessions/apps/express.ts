import { session } from '@redstart/express'
import { RedisStore } from 'connect-redis'
import express, { type Request, type RequestHandler } from 'express'
import expressSession from 'express-session'
import { createClient } from 'redis'
import { type Kept, logIn, plain, read, write } from '../kept.ts'
import { COOKIE, ours, SECRET } from '../ours.ts'
import { prefixOf, type Stack } from '../stacks.ts'

export async function listenWithExpress(stack: Stack, url: string): Promise<number> {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  const sessions = await sessionsOf(stack, url)
  if (sessions !== undefined) app.use(sessions)
  app.post('/log-in', (request, response) => void response.json(logIn(keptBy(request))))
  app.get('/read', (request, response) => void response.json(read(keptBy(request))))
  app.get('/write', (request, response) => void response.json(write(keptBy(request))))
  app.get('/plain', (_request, response) => void response.json(plain()))
  return await new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => {
      // The others have their rounds meanwhile.
      server.keepAliveTimeout = 0
      const address = server.address()
      if (typeof address === 'object' && address !== null) resolve(address.port)
    })
  })
}

/** A session middleware over Redis, as its documentation sets it up for production, but for TLS. */
async function sessionsOf(stack: Stack, url: string): Promise<RequestHandler | undefined> {
  if (stack.name === 'none') return undefined
  if (stack.name === 'Redstart') return session(ours(stack, url), { cookie: COOKIE })
  const client = createClient({ url })
  await client.connect()
  const store = new RedisStore({ client, prefix: prefixOf(stack), disableTouch: stack.name !== 'connect-redis' })
  return expressSession({ store, secret: SECRET, resave: false, saveUninitialized: false })
}

/** What either middleware puts there has the application's data as its own properties. */
function keptBy(request: Request): Kept {
  return Reflect.get(request, 'session') as Kept
}
