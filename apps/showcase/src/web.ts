import { fileURLToPath } from 'node:url'
import express, { type Express, type RequestHandler } from 'express'

/** The same relative place from `src` and from `dist`. */
const PAGE = fileURLToPath(new URL('../public', import.meta.url))

const NO_SCRIPTS_BUT_OURS = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

/** What answers besides the page. */
export interface WebParts {
  /** The example, once its database is filled. */
  readonly example: () => Express | undefined
  /** Answers `GET /live`. */
  readonly live: RequestHandler
}

/** The page at `/`, its stream at `/live`, the example at `/api` and `/account`. */
export function createWeb({ example, live }: WebParts): Express {
  const web = express()
  web.disable('x-powered-by')
  web.use(['/api', '/account'], (request, response) => {
    const app = example()
    // The example has its routes under these itself; Express has taken that off.
    request.url = request.originalUrl
    if (app !== undefined) return app(request, response)
    response.status(503).set('retry-after', '2').type('application/problem+json')
    const detail = 'The database is being filled.'
    response.send(JSON.stringify({ type: 'about:blank', title: 'Not ready', status: 503, detail }))
  })
  web.get('/live', live)
  web.use(
    express.static(PAGE, {
      setHeaders: (response) => response.setHeader('content-security-policy', NO_SCRIPTS_BUT_OURS),
    }),
  )
  web.use((_request, response) => {
    response
      .status(404)
      .type('text/plain')
      .send('There is nothing here; the page is at / and the example at /api and /account.')
  })
  return web
}
