import { createRedstart } from '@redstart/core'
import { privateReason } from '@redstart/core/http'
import type { FastifyInstance } from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { loadSession, runPolicies, session } from '../../src/index.ts'
import { FASTIFIES, loadFastify } from '../fastify-app.ts'
import { settling } from '../policies.ts'
import { Visitor } from './session-app.ts'

/** What of a request is used here. */
interface Seen {
  readonly headers: { readonly cookie?: unknown }
  session: {
    id: string
    views: number | undefined
    addFlash(kind: string, text: string): unknown
    issueCsrfToken(): unknown
    login(userId: string): Promise<unknown>
  }
}

type Doing = (request: Seen) => unknown

/** What of a session makes an answer that of one client. */
const MARKED: Readonly<Record<string, Doing>> = {
  '/read': (request) => request.session.views,
  '/read-of-none': (request) => request.session,
  '/write': (request) => (request.session.views = 1),
  '/keys': (request) => Object.keys(request.session),
  '/flash': (request) => request.session.addFlash('info', 'saved'),
  '/csrf': (request) => request.session.issueCsrfToken(),
  '/login': (request) => request.session.login('ada'),
  '/null': (request) => Object.assign(request, { session: null }),
}

const UNMARKED: Readonly<Record<string, Doing>> = {
  '/plain': () => 1,
  '/cookie': (request) => request.headers.cookie,
  '/in': (request) => 'session' in request,
}

for (const name of FASTIFIES) {
  const fastify = loadFastify(name)

  /** Who saw which requests marked, in front of the sessions. */
  async function started(
    doings: Readonly<Record<string, Doing>>,
    load: 'eager' | 'lazy',
  ): Promise<[FastifyInstance, Map<string, unknown>]> {
    const seen = new Map<string, unknown>()
    const probe = settling((exchange) => void seen.set(exchange.target, privateReason(exchange.request)))
    const redstart = createRedstart()
    const app = fastify()
    onTestFinished(async () => {
      await app.close()
      await redstart.close()
    })
    await app.register(runPolicies, { uses: [probe] })
    await app.register(session, { redstart, load })
    for (const [path, doing] of Object.entries(doings))
      app.get(path, async (request) => {
        const done: unknown = Reflect.apply(doing, undefined, [request])
        await done
        return 'done'
      })
    return [app, seen]
  }

  describe(`${name}: a request`, () => {
    it('is marked as private where its handler looks at the session, or changes it', async () => {
      const [app, seen] = await started(MARKED, 'eager')
      for (const path of Object.keys(MARKED)) await new Visitor(app).ask('GET', path)
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(Object.keys(MARKED).map((path) => [path, 'session'])))
    })

    it('is not where it does not, with a session and without one', async () => {
      const [app, seen] = await started({ ...UNMARKED, '/login': (request) => request.session.login('ada') }, 'eager')
      const visitor = new Visitor(app)
      for (const again of ['', '?again']) {
        for (const path of Object.keys(UNMARKED)) await visitor.ask('GET', path + again)
        await visitor.ask('GET', '/login')
      }
      const marked = [...seen].filter(([, reason]) => reason !== undefined)
      expect([marked.map(([path]) => path), seen.size]).toEqual([['/login'], 7])
    })

    it('is marked where a session that is loaded lazily is loaded', async () => {
      const doings: Readonly<Record<string, Doing>> = {
        '/loaded': (request: Seen) => Reflect.apply(loadSession, undefined, [request]) as unknown,
        '/plain': () => 1,
      }
      const [app, seen] = await started(doings, 'lazy')
      for (const path of Object.keys(doings)) await new Visitor(app).ask('GET', path)
      expect(Object.fromEntries(seen)).toEqual({ '/loaded': 'session', '/plain': undefined })
    })
  })
}
