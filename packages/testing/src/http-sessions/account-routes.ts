import type { HttpAnswer } from '../http/adapter.ts'
import type { SessionRoute, SessionTurn } from './session-adapter.ts'

type Handler = (turn: SessionTurn) => HttpAnswer | Promise<HttpAnswer>

/** @param handlers by method and path, as in `GET /who`. */
export function routesOf(handlers: Readonly<Record<string, Handler>>): readonly SessionRoute[] {
  return Object.entries(handlers).map(([route, handle]) => {
    const [method, path = ''] = route.split(' ')
    return { method: method === 'POST' ? 'POST' : 'GET', path, handle: async (turn) => await handle(turn) }
  })
}

/** An answer of JSON. */
export function json(value: object): HttpAnswer {
  return { kind: 'json', value }
}

/** What the pages of an account do; all apps of these tests have them. */
export const accountRoutes: readonly SessionRoute[] = routesOf({
  'GET /plain': () => json({ plain: true }),
  'GET /who': ({ session: { userId, views } }) => json({ userId, views }),
  'GET /id': ({ session }) => json({ id: session.id }),
  'GET /views': ({ session }) => {
    session.views = (session.views ?? 0) + 1
    return json({ views: session.views })
  },
  'GET /cookies': ({ session }) => {
    session.note = 'beside others'
    return {
      ...json({}),
      headers: [
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    }
  },
  'GET /note': ({ session: { note } }) => json({ note }),
  'POST /note': ({ session, query }) => {
    session.note = query.get('text') ?? ''
    return json({})
  },
  'POST /login': async ({ session, query }) => {
    await session.login(query.get('user') ?? '')
    return { kind: 'redirect', to: '/who' }
  },
  'POST /logout': async ({ session }) => {
    await session.logout()
    return { kind: 'redirect', to: '/who' }
  },
  'POST /unset': (turn) => {
    turn.unset()
    return json({})
  },
  'POST /elevate': async ({ session }) => {
    await session.elevate()
    return json({})
  },
  'GET /devices': async ({ session }) => json({ devices: await session.devices() }),
  'POST /revoke-others': async ({ session }) => json({ revoked: await session.revokeOthers() }),
  'GET /fresh': ({ session }) => {
    session.requireFresh('1h')
    return json({})
  },
  'GET /just-now': ({ session }) => {
    session.requireFresh(1)
    return json({})
  },
  'GET /form': ({ session }) => json({ token: session.issueCsrfToken() }),
  'POST /form': ({ session, header }) => json({ right: session.verifyCsrfToken(header('x-csrf-token')) }),
})
