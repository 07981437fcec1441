/**
 * A process that serves one application: `node server.js STACK URL`. It sends its port, and ends with the connection to
 * its parent.
 *
 * - `POST /log-in` stores what an application keeps of somebody who has signed in.
 * - `GET /read` answers from it, `GET /write` changes a field of it.
 */
import express, { type Request } from 'express'
import { openStack, STACKS } from './stacks.ts'

/** What the application keeps. */
interface Kept {
  user?: { id: number; name: string; roles: string[] }
  cart?: { dish: number; count: number }[]
  views?: number
}

async function main([stack, url = '']: readonly string[]): Promise<void> {
  const name = STACKS.find((one) => one === stack)
  if (name === undefined) throw new TypeError(`there is no stack ${stack}`)
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use(await openStack(name, url))
  app.post('/log-in', (request, response) => {
    const kept = keptBy(request)
    kept.user = { id: 7, name: 'Ada', roles: ['guest', 'staff'] }
    kept.cart = [1, 2, 3].map((dish) => ({ dish, count: dish }))
    kept.views = 0
    response.json({ ok: true })
  })
  app.get('/read', (request, response) => {
    const { user, cart } = keptBy(request)
    response.json({ name: user?.name, dishes: cart?.length })
  })
  app.get('/write', (request, response) => {
    const kept = keptBy(request)
    kept.views = (kept.views ?? 0) + 1
    response.json({ views: kept.views })
  })
  const server = app.listen(0, '127.0.0.1', () => {
    // The others have their rounds meanwhile.
    server.keepAliveTimeout = 0
    const address = server.address()
    if (typeof address === 'object' && address !== null) process.send?.(address.port)
  })
}

/** What the two middlewares put there has the application's data as its own properties. */
function keptBy(request: Request): Kept {
  return Reflect.get(request, 'session') as Kept
}

process.once('disconnect', () => process.exit())
main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
