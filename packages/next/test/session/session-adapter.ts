import '../next-environment.ts'
import type { KeptSession, SessionAdapter, SessionRoute, SessionTurn } from '@redstart/testing'
import { nextSessions, type WithSession } from '../../src/session/index.ts'
import { give } from '../route/adapter.ts'
import { type Handler, listen, type Route } from '../route/next-server.ts'

/** Route handlers with sessions, as the suite of sessions sees them. */
export const routeSessions: SessionAdapter = {
  settlesErrors: false,
  howToTrust: 'tell nextSessions() how many proxies there are, { proxies: 1 }',
  start: async ({ redstart, options, trustsProxy, routes }) => {
    const { withSession } = nextSessions(redstart, { ...options, proxies: trustsProxy ? 1 : 0 })
    const own = new Map<string, Route>()
    for (const route of routes)
      own.set(route.path, { ...own.get(route.path), [route.method]: handlerOf(route, withSession) })
    const nowhere = { GET: withSession(async () => new Response('Not Found', { status: 404 })) }
    return await listen((path) => own.get(path) ?? nowhere)
  },
}

function handlerOf({ handle }: SessionRoute, withSession: WithSession<object, 'eager' | 'lazy'>): Handler {
  return withSession(async (request, context) => await give(await handle(turnOf(request, context))))
}

function turnOf(request: Request, context: object): SessionTurn {
  return {
    method: request.method,
    query: new URL(request.url).searchParams,
    header: (name) => request.headers.get(name) ?? undefined,
    get session() {
      // What withSession() put there.
      return Reflect.get(context, 'session') as KeptSession
    },
    load: async () => {
      const load: unknown = Reflect.get(context, 'session')
      if (typeof load !== 'function') return load as KeptSession
      const loaded: unknown = await Reflect.apply(load, context, [])
      if (typeof loaded !== 'object' || loaded === null) throw new TypeError('the session was destroyed')
      return loaded as KeptSession
    },
    unset: () => void Reflect.set(context, 'session', null),
  }
}
