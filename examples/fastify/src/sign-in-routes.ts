import { rateLimitOf, type RateLimitRouteConfig } from '@redstart/fastify'
import { accountKey, type Database, personWith, type RestaurantRedstart } from '@redstart-example/express'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { formOf, ownFormsOnly, SHORT } from './own-forms.ts'
import { logInPage } from './pages/log-in-page.ts'
import { sendPage } from './pages/page.ts'

export interface SignInParts {
  readonly database: Database
  readonly redstart: RestaurantRedstart
}

interface LogInForm {
  readonly login: string
  readonly password: string
}

/** Log in, log out, here and everywhere. Who did so in another app of the restaurants has done it here. */
export const signInRoutes: FastifyPluginAsync<SignInParts> = async (app, { database, redstart }) => {
  app.get('/login', ({ session }, reply) =>
    sendPage(reply, logInPage(session.issueCsrfToken(), session.takeFlash('note').map(String))),
  )

  const schema = formOf({ login: SHORT, password: SHORT })
  const config = { rateLimit: GUESSES }
  // Before its limits, which count what was sent from here alone.
  app.post<{ Body: LogInForm }>('/login', { schema, config, preValidation: ownFormsOnly }, async (request, reply) => {
    const { session, body } = request
    const person = await personWith(database, body.login, body.password)
    if (person === null) return back(request, reply, 'There is nobody with this name and this password.')
    // Only wrong passwords count.
    const guess = rateLimitOf(request)
    if (guess !== undefined) await redstart.limiter.refund(guess)
    await session.login(person.id, { roles: [person.role], methods: ['pwd'] })
    Object.assign(session, { name: person.name, restaurant: person.restaurant })
    return reply.redirect('/', 303)
  })

  const ownForm = { schema: formOf({}), preHandler: ownFormsOnly }
  app.post('/logout', ownForm, async (request, reply) => {
    await request.session.logout()
    return back(request, reply, 'You are signed out.')
  })

  app.post('/logout-everywhere', ownForm, async (request, reply) => {
    const ended = await redstart.sessions.user(request.session.requireUser()).revokeAll()
    await request.session.logout()
    return back(
      request,
      reply,
      `You are signed out on ${ended === 1 ? 'this device' : `all of your ${ended} devices`}.`,
    )
  })
}

/** Of one account and from one address: who has been wrong too often is answered before anybody looks. */
const GUESSES: RateLimitRouteConfig = {
  hook: 'preHandler',
  rules: [
    // As the schema has it, which was checked by then.
    { policies: 'guesses', key: ({ body }) => accountKey((body as LogInForm).login) },
    { policies: 'guessers' },
  ],
}

/** To the log-in, which says what happened. */
function back({ session }: FastifyRequest, reply: FastifyReply, note: string): FastifyReply {
  session.addFlash('note', note)
  return reply.redirect('/login', 303)
}
