import { RedstartError } from '@redstart/core'
import express, { type ErrorRequestHandler, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import type { Database } from '../database/database.ts'
import { parse } from '../http/input.ts'
import type { RestaurantRedstart } from '../limits/policies.ts'
import { personAgain, personWith } from '../sign-in/people.ts'
import { accountPage, confirmPage, logInPage, PAGE_POLICY } from './pages.ts'
import { limitGuesses } from './limit-guesses.ts'
import './session-fields.ts'

/** What the account works with. */
export interface AccountParts {
  readonly database: Database
  readonly redstart: RestaurantRedstart
  /** What `session(redstart)` returned. */
  readonly withSession: RequestHandler
}

const password = z.string().min(1).max(200)
const logInForm = z.object({ login: z.string().min(1).max(100), password, remember: z.literal('yes').optional() })
const confirmForm = z.object({ password })
const ownForm = z.object({ csrf: z.string() })

/** How long ago the password may have been entered where another device is ended. */
const FRESH = '5m'

/** Pages for people: log in, log out, and their devices. All under `/account`. */
export function accountRoutes({ database, redstart, withSession }: AccountParts): Router {
  const router = Router()
  const guesses = limitGuesses(redstart)
  router.use(withSession)

  router.get('/', async (request, response) => {
    const { session } = request
    const page = { token: session.issueCsrfToken(), notes: notesOf(session) }
    if (session.userId === undefined) return sendPage(response, logInPage(page))
    const { name = '' } = session
    const devices = await session.devices()
    sendPage(response, accountPage({ ...page, name, manager: session.hasRole('manager'), devices }))
  })

  router.get('/confirm', ({ session }, response) => {
    session.requireUser()
    sendPage(response, confirmPage({ token: session.issueCsrfToken(), notes: notesOf(session) }))
  })

  router.use(express.urlencoded({ extended: false, limit: '4kb' }), ownFormsOnly)

  router.post('/login', guesses.ofAccounts, async (request, response) => {
    const { session } = request
    const form = parse(logInForm, request.body, 'body')
    const person = await personWith(database, form.login, form.password)
    if (person === null) return back(session, response, 'There is nobody with this name and this password.')
    await guesses.wereRight(request)
    await session.login(person.id, { roles: [person.role], methods: ['pwd'], remember: form.remember === 'yes' })
    session.name = person.name
    session.restaurant = person.restaurant
    response.redirect(303, '/account')
  })

  router.post('/confirm', guesses.ofOneself, async (request, response) => {
    const { session } = request
    const form = parse(confirmForm, request.body, 'body')
    const person = await personAgain(database, Number(session.requireUser()), form.password)
    if (person === null) return back(session, response, 'That is not your password.', '/account/confirm')
    await guesses.wereRight(request)
    await session.elevate({ roles: [person.role], methods: ['pwd'] })
    response.redirect(303, '/account')
  })

  router.use(endRoutes(redstart), sendOn)
  return router
}

/** What ends sessions: of another device, of this one, of all. */
function endRoutes(redstart: RestaurantRedstart): Router {
  const router = Router()

  router.post('/devices/:id/end', async ({ session, params }, response) => {
    session.requireFresh(FRESH)
    const ended = await redstart.sessions.user(session.requireUser()).revoke(params.id)
    back(session, response, ended ? 'The device was signed out.' : 'That device was signed out already.')
  })

  router.post('/logout', async ({ session }, response) => {
    await session.logout()
    back(session, response, 'You are signed out.')
  })

  router.post('/logout-everywhere', async ({ session }, response) => {
    const ended = await redstart.sessions.user(session.requireUser()).revokeAll()
    await session.logout()
    back(session, response, `You are signed out on ${ended === 1 ? 'this device' : `all of your ${ended} devices`}.`)
  })

  return router
}

type Session = Express.Request['session']

function notesOf(session: Session): readonly string[] {
  return session.takeFlash('note').map(String)
}

/** To a page that says what happened. */
function back(session: Session, response: Response, note: string, to = '/account'): void {
  session.addFlash('note', note)
  response.redirect(303, to)
}

function sendPage(response: Response, page: string): void {
  response.set({ 'cache-control': 'no-store', 'content-security-policy': PAGE_POLICY }).type('html').send(page)
}

/** Another site can have a browser send a form, but it cannot know the token that was in ours. */
const ownFormsOnly: RequestHandler = ({ session, method, body }, response, next) => {
  if (method !== 'POST' || session.verifyCsrfToken(ownForm.safeParse(body).data?.csrf)) return next()
  back(session, response, 'That page was too old. Please try again.')
}

/** Where people can do something about what went wrong. */
const sendOn: ErrorRequestHandler = (error, { session }, response, next) => {
  if (RedstartError.is(error, 'NOT_SIGNED_IN')) return back(session, response, 'Please log in first.')
  if (RedstartError.is(error, 'NOT_FRESH'))
    return back(session, response, 'Please enter your password once more, and do it again.', '/account/confirm')
  next(error)
}
