import './session-fields.ts'
import { privateReason } from '@redstart/core/http'
import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { loadSession, runPolicies } from '../../src/index.ts'
import { EXPRESSES, loadExpress } from '../express-app.ts'
import { settling } from '../settled-app.ts'
import { type SessionApp, startApp } from './session-app.ts'

type Doing = (req: Request) => unknown

/** What of a session makes an answer that of one client. */
const MARKED: Readonly<Record<string, Doing>> = {
  '/read': (req) => void req.session.views,
  '/read-of-none': (req) => void req.session,
  '/write': (req) => (req.session.views = 1),
  '/keys': (req) => Object.keys(req.session),
  '/id': (req) => req.session.id,
  '/flash': (req) => req.session.addFlash('info', 'saved'),
  '/csrf': (req) => req.session.issueCsrfToken(),
  '/login': (req) => req.session.login('ada'),
  '/null': (req) => Object.assign(req, { session: null }),
  '/deleted': (req) => Reflect.deleteProperty(req, 'session'),
}

const UNMARKED: Readonly<Record<string, Doing>> = {
  '/plain': () => 1,
  '/cookie': (req) => req.headers.cookie,
  '/in': (req) => 'session' in req,
}

for (const name of EXPRESSES) {
  const express = await loadExpress(name)

  /** Who saw which requests marked, in front of the sessions. */
  async function started(
    doings: Readonly<Record<string, Doing>>,
    load: 'eager' | 'lazy',
  ): Promise<[SessionApp, Map<string, unknown>]> {
    const seen = new Map<string, unknown>()
    const probe = settling((exchange) => void seen.set(exchange.target, privateReason(exchange.request)))
    const app = await startApp({
      express,
      middleware: { load },
      before: (own) => void own.use(runPolicies([probe])),
      routes: (own) => {
        for (const [path, doing] of Object.entries(doings))
          own.get(path, (req, res, next) => {
            Promise.resolve(doing(req)).then(() => res.end('done'), next)
          })
      },
    })
    return [app, seen]
  }

  describe(`${name}: a request`, () => {
    it('is marked as private where its handler looks at the session, or changes it', async () => {
      const [{ browser }, seen] = await started(MARKED, 'eager')
      for (const path of Object.keys(MARKED)) await browser().get(path)
      expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(Object.keys(MARKED).map((path) => [path, 'session'])))
    })

    it('is not where it does not, with a session and without one', async () => {
      const [{ browser }, seen] = await started({ ...UNMARKED, '/login': (req) => req.session.login('ada') }, 'eager')
      const visitor = browser()
      for (const again of ['', '?again']) {
        for (const path of Object.keys(UNMARKED)) await visitor.get(path + again)
        await visitor.get('/login')
      }
      const marked = [...seen].filter(([, reason]) => reason !== undefined)
      expect([marked.map(([path]) => path), seen.size]).toEqual([['/login'], 7])
    })

    it('is marked where a session that is loaded lazily is loaded', async () => {
      const doings = { '/loaded': loadSession, '/plain': () => 1 }
      const [{ browser }, seen] = await started(doings, 'lazy')
      for (const path of Object.keys(doings)) await browser().get(path)
      expect(Object.fromEntries(seen)).toEqual({ '/loaded': 'session', '/plain': undefined })
    })
  })
}
