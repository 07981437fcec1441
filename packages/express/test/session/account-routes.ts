import type { Express, RequestHandler } from 'express'
import { usualRoutes } from './session-app.ts'

/** What an account's pages do: devices, ending them, proving anew who one is, forms. */
export function accountRoutes(app: Express): void {
  usualRoutes(app)
  app.post('/keep/:text', (req, res) => {
    req.session.note = req.params.text
    res.end()
  })
  app.get('/note', (req, res) => void res.json({ note: req.session.note ?? null }))
  app.get('/id', (req, res) => void res.json({ id: req.session.id }))
  app.post(
    '/elevate',
    answering(async (req) => await req.session.elevate()),
  )
  app.post(
    '/rotate',
    answering(async (req) => await req.session.rotate()),
  )
  app.get(
    '/devices',
    answering(async (req) => await req.session.devices()),
  )
  app.post(
    '/revoke-others',
    answering(async (req) => await req.session.revokeOthers()),
  )
  app.get(
    '/fresh',
    answering(async (req) => req.session.requireFresh('1h')),
  )
  app.get(
    '/just-now',
    answering(async (req) => req.session.requireFresh(1)),
  )
  app.get('/form', (req, res) => void res.end(req.session.issueCsrfToken()))
  app.post('/form', (req, res) => {
    const right = req.session.verifyCsrfToken(req.get('x-csrf-token'))
    res.status(right ? 200 : 403).end()
  })
}

/** A handler that answers what a promise gives, in Express 4 as well. */
function answering(handler: (request: Parameters<RequestHandler>[0]) => Promise<unknown>): RequestHandler {
  return (request, response, next) => {
    handler(request).then((value) => response.json(value ?? null), next)
  }
}
