import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { RedstartError } from '@redstart/core'
import type { FaultProxy } from '../faults/fault-proxy.ts'
import { eventually } from '../http/client.ts'
import { json, routesOf } from './account-routes.ts'
import type { Browser } from './browser.ts'
import type { SessionAppOptions, SessionRoute } from './session-adapter.ts'
import { type RunningSessions, type SessionAdapterTest, sessionTest, type SessionTestParts } from './session-test.ts'

/** Redis is gone when a session is loaded. */
export const loadOutageTests: readonly SessionAdapterTest[] = [
  sessionTest('it is a 503, and who has no session is served as ever', async (parts) => {
    const { browser, cut } = await cutApp(parts)
    const user = browser()
    await user.post('/login?user=ada')
    cut()
    const { status, cookies } = await user.get('/who')
    deepEqual([status, cookies], [503, []])
    deepEqual((await browser().get('/plain')).json(), { plain: true })
  }),

  sessionTest('it is the same when a handler loads it, and no one else is harmed', async (parts) => {
    const routes = routesOf({ 'GET /lazy': async (turn) => json({ userId: (await turn.load()).userId }) })
    const { browser, cut, direct } = await cutApp(parts, { options: { load: 'lazy' }, routes: () => routes })
    const user = direct.browser()
    await user.post('/login?user=ada')
    const headers = { cookie: user.cookie }
    deepEqual((await browser().get('/lazy', headers)).json(), { userId: 'ada' })
    cut()
    equal((await browser().get('/lazy', headers)).status, 503)
    deepEqual((await browser().get('/plain', headers)).json(), { plain: true })
  }),

  sessionTest("with unavailable: 'anonymous' it is an empty session, which nothing is stored of", async (parts) => {
    const { browser, cut, direct } = await cutApp(parts, { unavailable: 'anonymous' })
    const user = browser()
    await user.post('/login?user=ada')
    cut()
    const who = await user.get('/who')
    deepEqual([who.status, who.json(), who.cookies], [200, {}, []])
    for (const [method, path] of [
      ['GET', '/views'],
      ['POST', '/login?user=grace'],
    ] as const) {
      const { status, cookies } = await user.ask(method, path)
      deepEqual([status, cookies], [503, []], path)
    }
    equal(await isSignedIn(direct, user), true)
  }),
]

/** Redis is gone when a session is stored. */
export const commitOutageTests: readonly SessionAdapterTest[] = [
  sessionTest('it is a 503 with nothing of the answer, and onError is told', async (parts) => {
    const routes = (cut: () => void): readonly SessionRoute[] =>
      routesOf({
        'GET /change': ({ session }) => {
          cut()
          session.note = 'lost'
          return {
            ...json({ stored: true }),
            headers: [
              ['x-handler', 'yes'],
              ['set-cookie', 'own=x'],
            ],
          }
        },
      })
    const { browser, errors } = await cutApp(parts, { routes })
    const user = browser()
    await user.post('/login?user=ada')
    const { status, headers, cookies, body, json: read } = await user.get('/change')
    deepEqual([status, headers['content-type'], headers['retry-after']], [503, 'application/problem+json', '1'])
    deepEqual([headers['x-handler'], cookies], [undefined, []])
    equal(read()['status'], 503)
    match(String(read()['code']), /^STORE_/)
    ok(!body.includes('stored'))
    equal(errors.length, 1)
    isOutage(errors[0])
  }),

  sessionTest('nothing of a stream leaves', async (parts) => {
    const routes = (cut: () => void): readonly SessionRoute[] =>
      routesOf({
        'GET /change': ({ session }) => {
          cut()
          session.note = 'lost'
          return { kind: 'stream', type: 'text/plain', body: pieces() }
        },
      })
    const { browser, errors } = await cutApp(parts, { routes })
    const user = browser()
    await user.post('/login?user=ada')
    const { status, headers, body } = await user.get('/change')
    deepEqual([status, headers['content-type'], body.includes('of a stream')], [503, 'application/problem+json', false])
    isOutage(errors[0])
  }),

  sessionTest('nobody is signed in', async (parts) => {
    const routes = (cut: () => void): readonly SessionRoute[] =>
      routesOf({
        'POST /login-cut': async ({ session }) => {
          cut()
          await session.login('ada')
          return json({ welcome: true })
        },
      })
    const { browser, direct } = await cutApp(parts, { routes })
    const visitor = browser()
    await visitor.get('/views')
    const { status, body, cookies } = await visitor.post('/login-cut')
    deepEqual([status, cookies, body.includes('welcome')], [503, [], false])
    deepEqual(await direct.redstart.sessions.user('ada').list(), [])
  }),
]

/** Redis is gone when somebody signs out. */
export const logoutOutageTests: readonly SessionAdapterTest[] = [
  ...['/logout-cut', '/unset-cut'].map((path) =>
    sessionTest(`the cookie is cleared, and the session is dead once Redis is back: ${path}`, async (parts) => {
      const app = await cutApp(parts, { routes: outRoutes })
      const user = app.browser()
      await user.post('/login?user=ada')
      await isClearedLater(app, user, path)
    }),
  ),

  sessionTest("it is the same when Redis was gone before, with unavailable: 'anonymous'", async (parts) => {
    const app = await cutApp(parts, { unavailable: 'anonymous' })
    const user = app.browser()
    await user.post('/login?user=ada')
    app.cut()
    await isClearedLater(app, user, '/logout')
  }),
]

interface CutApp extends RunningSessions {
  readonly proxy: FaultProxy
  /** Redis is gone from here on: connections break, and new ones as well. */
  cut(): void
  /** Of the same sessions, and its way to Redis is never cut. */
  readonly direct: RunningSessions
}

interface CutAppParts {
  readonly routes?: (cut: () => void) => readonly SessionRoute[]
  readonly unavailable?: 'throw' | 'anonymous'
  readonly options?: Omit<SessionAppOptions, 'onError'>
}

async function cutApp(
  { start, proxy: startProxy }: SessionTestParts,
  { routes = () => [], unavailable = 'throw', options = {} }: CutAppParts = {},
): Promise<CutApp> {
  const proxy = await startProxy()
  const cut = (): void => proxy.set({ reset: true })
  const app = `app-${randomUUID()}`
  const direct = await start({ redstart: { app } })
  const redstart = { app, deadline: '5s', sessions: { unavailable } } as const
  const own = await start({ url: proxy.url, redstart, options, routes: routes(cut) })
  return { ...own, proxy, cut, direct }
}

function outRoutes(cut: () => void): readonly SessionRoute[] {
  return routesOf({
    'POST /logout-cut': async ({ session }) => {
      cut()
      await session.logout()
      return json({ bye: true })
    },
    'POST /unset-cut': (turn) => {
      cut()
      turn.unset()
      return json({ bye: true })
    },
  })
}

async function isClearedLater({ proxy, direct }: CutApp, user: Browser, path: string): Promise<void> {
  const thief = user.copy()
  const { status, cookies, body } = await user.post(path)
  deepEqual([status, cookies.length, body.includes('bye')], [503, 1, false])
  match(cookies[0] ?? '', /^sid=; Max-Age=0; Path=\/; /)
  equal(await isSignedIn(direct, thief), true)
  proxy.clear()
  await eventually(async () => !(await isSignedIn(direct, thief)), 'the end of the session')
}

/** What an app says whose way to Redis is whole. */
async function isSignedIn(direct: RunningSessions, { cookie }: Browser): Promise<boolean> {
  return 'userId' in (await direct.browser().get('/who', { cookie })).json()
}

function isOutage(error: unknown): void {
  ok(RedstartError.is(error))
  match(error.code, /^STORE_(UNAVAILABLE|TIMEOUT)$/)
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < 10; n++) yield new TextEncoder().encode('a piece of a stream, ')
}
