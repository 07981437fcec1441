import { type Database, personWith } from '@redstart-example/express'
import { Hono } from 'hono'
import type { AppEnv } from './app.ts'
import { logInPage } from './pages.ts'

/** Log in and log out, where the people's passwords are. Who did so in another app of the restaurants has done it here. */
export function signInRoutes(database: Database): Hono<AppEnv> {
  const routes = new Hono<AppEnv>()

  routes.get('/login', (c) => c.html(logInPage(c.var.session.takeFlash('note').map(String))))

  routes.post('/login', async (c) => {
    const { login, password } = await c.req.parseBody()
    const person = await personWith(database, textOf(login), textOf(password))
    if (person === null) {
      c.var.session.addFlash('note', 'There is nobody with this name and this password.')
      return c.redirect('/login', 303)
    }
    await c.var.session.login(person.id, { roles: [person.role], methods: ['pwd'] })
    Object.assign(c.var.session, { name: person.name, restaurant: person.restaurant })
    return c.redirect('/', 303)
  })
  return routes
}

function textOf(value: unknown): string {
  return typeof value === 'string' && value.length <= 200 ? value : ''
}
