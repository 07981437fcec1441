import { bodyParser } from '@koa/bodyparser'
import { Router } from '@koa/router'
import { rateLimit, rateLimitOf } from '@redstart/koa'
import { accountKey, type Database, personWith, type RestaurantRedstart } from '@redstart-example/express'
import type { DefaultState, Middleware } from 'koa'
import type { AppContext } from './app-context.ts'
import { logInPage } from './pages/log-in-page.ts'
import { sendPage } from './pages/page.ts'

export interface SignInParts {
  readonly database: Database
  readonly redstart: RestaurantRedstart
}

/** Log in, log out, here and everywhere. Who did so in another app of the restaurants has done it here. */
export function signInRoutes({ database, redstart }: SignInParts): Router<DefaultState, AppContext> {
  const router = new Router<DefaultState, AppContext>()

  router.get('/login', (ctx) => {
    const { session } = ctx
    sendPage(ctx, logInPage(session.issueCsrfToken(), session.takeFlash('note').map(String)))
  })

  // Guesses, of one account and from one address: who has been wrong too often is answered before anybody looks.
  const guesses = rateLimit(redstart, {
    clientAddress: 'framework',
    rules: [
      { policies: 'guesses', key: (ctx) => accountKey(fieldOf(ctx.request.body, 'login')) },
      { policies: 'guessers' },
    ],
  })

  router.post('/login', readForm, ownFormsOnly, guesses, async (ctx) => {
    const { session } = ctx
    const form = ctx.request.body
    const person = await personWith(database, fieldOf(form, 'login'), fieldOf(form, 'password'))
    if (person === null) return back(ctx, 'There is nobody with this name and this password.')
    // Only wrong passwords count.
    const guess = rateLimitOf(ctx)
    if (guess !== undefined) await redstart.limiter.refund(guess)
    await session.login(person.id, { roles: [person.role], methods: ['pwd'] })
    Object.assign(session, { name: person.name, restaurant: person.restaurant })
    ctx.status = 303
    ctx.redirect('/')
  })

  router.post('/logout', readForm, ownFormsOnly, async (ctx) => {
    await ctx.session.logout()
    back(ctx, 'You are signed out.')
  })

  router.post('/logout-everywhere', readForm, ownFormsOnly, async (ctx) => {
    const ended = await redstart.sessions.user(ctx.session.requireUser()).revokeAll()
    await ctx.session.logout()
    back(ctx, `You are signed out on ${ended === 1 ? 'this device' : `all of your ${ended} devices`}.`)
  })

  return router
}

const readForm = bodyParser({ enableTypes: ['form'], formLimit: '4kb' })

/** Another site can have a browser send a form, but it cannot know the token that was in ours. */
const ownFormsOnly: Middleware<DefaultState, AppContext> = async (ctx, next) => {
  if (ctx.session.verifyCsrfToken(fieldOf(ctx.request.body, 'csrf'))) return void (await next())
  back(ctx, 'That page was too old. Please try again.')
}

interface Going extends AppContext {
  status: number
  redirect(to: string): void
}

/** To the log-in, which says what happened. */
function back(ctx: Going, note: string): void {
  ctx.session.addFlash('note', note)
  ctx.status = 303
  ctx.redirect('/login')
}

/** Text of a form; empty where there is none. */
function fieldOf(form: unknown, name: string): string {
  const value: unknown = typeof form === 'object' && form !== null ? Reflect.get(form, name) : undefined
  return typeof value === 'string' && value.length <= 200 ? value : ''
}
