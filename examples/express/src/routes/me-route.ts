import { Router } from 'express'
import { parse, plainQuery } from '../http/input.ts'
import type { RouteContext } from './context.ts'

/** Who is signed in; 401 for nobody. */
export function meRoute({ withSession }: RouteContext): Router {
  const router = Router()
  router.get('/me', withSession, (request, response) => {
    parse(plainQuery, request.query, 'query')
    const id = Number(request.session.requireUser())
    const { name, restaurant } = request.session
    response.set('cache-control', 'no-store')
    response.json({ id, name, restaurant, manager: request.session.hasRole('manager') })
  })
  return router
}
