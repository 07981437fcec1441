import type { KeptFields, SessionAdapter, SessionTurn } from '@redstart/testing'
import type { Request, RequestHandler } from 'express'
import { loadSession, session, sessionOf } from '../../src/index.ts'
import { type ExpressFactory, give, listen } from '../express-app.ts'

/** Express with sessions, as the suite of sessions sees it. */
export function sessionAdapter(express: ExpressFactory): SessionAdapter {
  return {
    settlesErrors: true,
    howToTrust: "app.set('trust proxy', 1)",
    start: async ({ redstart, options, trustsProxy, routes }) => {
      const app = express()
      app.set('env', 'test')
      app.set('trust proxy', trustsProxy)
      app.use(session(redstart, options))
      for (const { method, path, handle } of routes) {
        const handler: RequestHandler = (request, response, next) => {
          handle(turnOf(request))
            .then(async (answer) => await give(response, answer))
            .catch(next)
        }
        if (method === 'GET') app.get(path, handler)
        else app.post(path, handler)
      }
      return await listen(app)
    },
  }
}

function turnOf(request: Request): SessionTurn {
  return {
    method: request.method,
    query: new URL(request.originalUrl, 'http://app').searchParams,
    header: (name) => request.get(name),
    get session() {
      return sessionOf<KeptFields>(request)
    },
    load: async () => await loadSession<KeptFields>(request),
    unset: () => void Object.assign(request, { session: null }),
  }
}
