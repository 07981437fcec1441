import { createRedstart } from '@redstart/core'
import { privateReason } from '@redstart/core/http'
import { type Context, Hono } from 'hono'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runPolicies, session, type SessionEnv, usePolicy } from '../../src/index.ts'

interface Fields {
  views: number
}

type OwnContext = Context<SessionEnv<Fields>>
type Doing = (c: OwnContext) => unknown

/** What of a session makes an answer that of one client. */
const MARKED: Readonly<Record<string, Doing>> = {
  '/read': (c) => void c.var.session.views,
  '/get': (c) => void c.get('session'),
  '/var': (c) => void c.var.session,
  '/write': (c) => (c.var.session.views = 1),
  '/keys': (c) => Object.keys(c.get('session')),
  '/copy': (c) => ({ ...c.var }),
  '/flash': (c) => c.var.session.addFlash('info', 'saved'),
  '/csrf': (c) => c.var.session.issueCsrfToken(),
  '/login': async (c) => await c.var.session.login('ada'),
  '/null': (c) => void Reflect.apply(c.set, c, ['session', null]),
}

const UNMARKED: Readonly<Record<string, Doing>> = {
  '/plain': () => 1,
  '/cookie': (c) => c.req.header('cookie'),
  '/in': (c) => 'session' in c.var,
  '/names': (c) => Object.keys(c.var),
}

/** Who saw which requests marked, in front of the sessions. */
function started(doings: Readonly<Record<string, Doing>>): [Hono<SessionEnv<Fields>>, Map<string, unknown>] {
  const seen = new Map<string, unknown>()
  const probe = usePolicy<undefined, Context>({
    name: 'probe',
    decide: () => ({ type: 'next', state: undefined }),
    settle: (exchange) => void seen.set(exchange.target, privateReason(exchange.request)),
  })
  const redstart = createRedstart<Fields>()
  onTestFinished(async () => await redstart.close())
  const app = new Hono<SessionEnv<Fields>>().use(runPolicies([probe])).use(session(redstart))
  for (const [path, doing] of Object.entries(doings))
    app.get(path, async (c) => {
      await doing(c)
      return c.text('done')
    })
  return [app, seen]
}

function sent({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((one) => one.split(';', 1)[0])
    .join('; ')
}

describe('a request', () => {
  it('is marked as private where its handler looks at the session, or changes it', async () => {
    const [app, seen] = started(MARKED)
    for (const path of Object.keys(MARKED)) await app.request(path)
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(Object.keys(MARKED).map((path) => [path, 'session'])))
  })

  it('is not where it does not, with a session and without one', async () => {
    const [app, seen] = started({ ...UNMARKED, '/login': async (c) => await c.var.session.login('ada') })
    const cookie = sent(await app.request('/login'))
    for (const path of Object.keys(UNMARKED)) {
      await app.request(path)
      await app.request(`${path}?again`, { headers: { cookie } })
    }
    const marked = [...seen].filter(([, reason]) => reason !== undefined)
    expect([cookie.length > 20, marked.map(([path]) => path), seen.size]).toEqual([true, ['/login'], 9])
  })

  it('is marked where a session that is loaded lazily is loaded', async () => {
    const seen: unknown[] = []
    const redstart = createRedstart<Fields>()
    onTestFinished(async () => await redstart.close())
    const probe = usePolicy<undefined, Context>({
      name: 'probe',
      decide: () => ({ type: 'next', state: undefined }),
      settle: (exchange) => void seen.push(privateReason(exchange.request)),
    })
    const app = new Hono()
      .use(runPolicies([probe]))
      .use(session(redstart, { load: 'lazy' }))
      .get('/plain', (c) => c.text('plain'))
      .get('/loaded', async (c) => c.json((await c.var.session())?.views ?? 0))
    await app.request('/plain')
    await app.request('/loaded')
    expect(seen).toEqual([undefined, 'session'])
  })
})
