import { rateLimit, type RunOptions } from '@redstart/hono'
import { accountKey, type Database, personWith, type RestaurantRedstart } from '@redstart-example/express'
import { Hono } from 'hono'
import type { AppEnv } from './app.ts'
import { logInPage } from './pages.ts'

export interface SignInParts extends Pick<RunOptions, 'address' | 'proxies'> {
  readonly database: Database
  readonly redstart: RestaurantRedstart
}

/** Log in and log out, where the people's passwords are. Who did so in another app of the restaurants has done it here. */
export function signInRoutes({ database, redstart, ...connection }: SignInParts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()
  // Guesses, of one account and from one address: who has been wrong too often is answered before anybody looks.
  const guesses = rateLimit(redstart, {
    ...connection,
    clientAddress: 'framework',
    rules: [
      { policies: 'guesses', key: async (c) => accountKey((await c.req.parseBody())['login']) },
      { policies: 'guessers' },
    ],
  })

  routes.get('/login', (c) => c.html(logInPage(c.var.session.takeFlash('note').map(String))))

  routes.post('/login', guesses, async (c) => {
    const { login, password } = await c.req.parseBody()
    const person = await personWith(database, textOf(login), textOf(password))
    if (person === null) {
      c.var.session.addFlash('note', 'There is nobody with this name and this password.')
      return c.redirect('/login', 303)
    }
    // Only wrong passwords count.
    if (c.var.rateLimit !== undefined) await redstart.limiter.refund(c.var.rateLimit)
    await c.var.session.login(person.id, { roles: [person.role], methods: ['pwd'] })
    Object.assign(c.var.session, { name: person.name, restaurant: person.restaurant })
    return c.redirect('/', 303)
  })
  return routes
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= 200 ? value : ''
}
