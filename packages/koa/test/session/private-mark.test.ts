import { privateReason } from '@redstart/core/http'
import type { Session } from '@redstart/core'
import type { Context } from 'koa'
import { describe, expect, it } from 'vitest'
import { loadSession, runPolicies, session, sessionOf } from '../../src/index.ts'
import { ENDS, loadKoa } from '../koa-versions.ts'
import { settling } from '../settled-app.ts'
import { type Fields, type RunningApp, startApp } from './session-app.ts'

type Doing = (ctx: Context) => unknown

function own(ctx: Context): Session<Fields> {
  return sessionOf<Fields>(ctx)
}

/** What of a session makes an answer that of one client. */
const MARKED: Readonly<Record<string, Doing>> = {
  '/read': (ctx) => own(ctx).views,
  '/read-of-none': (ctx) => void Reflect.get(ctx, 'session'),
  '/write': (ctx) => (own(ctx).views = 1),
  '/keys': (ctx) => Object.keys(own(ctx)),
  '/flash': (ctx) => own(ctx).addFlash('info', 'saved'),
  '/csrf': (ctx) => own(ctx).issueCsrfToken(),
  '/login': (ctx) => own(ctx).login('ada'),
  '/null': (ctx) => Object.assign(ctx, { session: null }),
  '/deleted': (ctx) => Reflect.deleteProperty(ctx, 'session'),
}

const UNMARKED: Readonly<Record<string, Doing>> = {
  '/plain': () => 1,
  '/cookie': (ctx) => ctx.cookies.get('sid'),
  '/in': (ctx) => 'session' in ctx,
}

for (const name of ENDS) {
  const koa = loadKoa(name)

  /** Who saw which requests marked, in front of the sessions. */
  async function started(
    doings: Readonly<Record<string, Doing>>,
    load: 'eager' | 'lazy',
  ): Promise<[RunningApp, Map<string, unknown>]> {
    const seen = new Map<string, unknown>()
    const probe = settling((exchange) => void seen.set(exchange.target, privateReason(exchange.request)))
    const app = await startApp({
      koa,
      routes: (made, redstart) => {
        made.use(runPolicies([probe]))
        if (load === 'lazy') made.use(session(redstart, { load }))
        else made.use(session(redstart))
        made.use(async (ctx) => {
          await doings[ctx.path]?.(ctx)
          ctx.body = 'done'
        })
      },
    })
    return [app, seen]
  }

  describe(`${name}: a request`, () => {
    it('is marked as private where its handler looks at the session, or changes it', async () => {
      const [{ browser }, seen] = await started(MARKED, 'eager')
      for (const path of Object.keys(MARKED)) await browser().ask(path)
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(Object.keys(MARKED).map((path) => [path, 'session'])))
    })

    it('is not where it does not, with a session and without one', async () => {
      const [{ browser }, seen] = await started({ ...UNMARKED, '/login': (ctx) => own(ctx).login('ada') }, 'eager')
      const visitor = browser()
      for (const again of ['', '?again']) {
        for (const path of Object.keys(UNMARKED)) await visitor.ask(path + again)
        await visitor.ask('/login')
      }
      const marked = [...seen].filter(([, reason]) => reason !== undefined)
      expect([marked.map(([path]) => path), seen.size]).toEqual([['/login'], 7])
    })

    it('is marked where a session that is loaded lazily is loaded', async () => {
      const doings: Readonly<Record<string, Doing>> = { '/loaded': (ctx) => loadSession(ctx), '/plain': () => 1 }
      const [{ browser }, seen] = await started(doings, 'lazy')
      for (const path of Object.keys(doings)) await browser().ask(path)
      expect(Object.fromEntries(seen)).toEqual({ '/loaded': 'session', '/plain': undefined })
    })
  })
}
