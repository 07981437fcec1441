import { NextBrowser, ownCookies, redirect } from './next-request.ts'
import { Browser, type Page } from './http-browser.ts'
import type { Session } from '@redstart/core'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { nextSessions } from '../../src/session/index.ts'
import { type Handler, listen } from '../route/next-server.ts'
import { type Fields, type MadeSessions, madeSessions } from './made-sessions.ts'

/** A browser of an app whose routes are these, by method and path. */
async function browserOf(handlers: Readonly<Record<string, Handler>>): Promise<Browser> {
  const { port, close } = await listen((path) => {
    const own = Object.entries(handlers).filter(([route]) => route.split(' ')[1] === path)
    return Object.fromEntries(own.map(([route, handler]) => [route.split(' ', 1)[0] ?? '', handler]))
  })
  onTestFinished(close)
  return new Browser(port)
}

function who({ withSession }: MadeSessions): Handler {
  return withSession((_request, { session: { userId, views } }) => Response.json({ userId, views }))
}

describe('a route handler', () => {
  it('that ends in redirect() has stored before what it did', async () => {
    const made = madeSessions()
    const login = made.withSession(async (_request, { session }) => {
      session.views = 1
      await session.login('ada')
      return redirect('/who')
    })
    const browser = await browserOf({ 'POST /login': login, 'GET /who': who(made) })
    const { status, location, cookies: set } = await browser.ask('POST', '/login')
    expect([status, location, set.length]).toEqual([307, '/who', 1])
    expect((await browser.ask('GET', '/who')).json).toEqual({ userId: 'ada', views: 1 })
  })

  it('has the session that getSession() and updateSession() have', async () => {
    const { withSession, getSession, updateSession, ...made } = madeSessions()
    const seen: unknown[] = []
    const handler = withSession(async (_request, { session }) => {
      session.views = 1
      seen.push((await getSession()).views)
      await updateSession(async (own) => {
        own.views = (own.views ?? 0) + 1
        await own.login('ada')
      })
      seen.push(session.views, (await getSession()).views, session.userId)
      session.note = 'after'
      return new Response('done')
    })
    const shown = withSession((_request, { session }) => Response.json(session))
    const browser = await browserOf({ 'POST /': handler, 'GET /shown': shown })
    const { cookies: set, headers } = await browser.ask('POST', '/')
    expect([seen, set.length, headers['cache-control']]).toEqual([[1, 2, 2, 'ada'], 1, 'no-store'])
    expect((await browser.ask('GET', '/shown')).json).toEqual({ views: 2, note: 'after' })
    expect(await made.redstart.sessions.user('ada').list()).toHaveLength(1)
  })

  it('without withSession() may change it as an action does', async () => {
    const made = madeSessions()
    const login: Handler = async () => {
      await made.updateSession(async (session) => await session.login('ada'))
      return new Response('done')
    }
    const browser = await browserOf({ 'POST /login': login, 'GET /who': who(made) })
    expect((await browser.ask('POST', '/login')).cookies).toHaveLength(1)
    expect((await browser.ask('GET', '/who')).json).toEqual({ userId: 'ada' })
  })

  it('sets the cookie as it is meant, beside those of the handler', async () => {
    const made = madeSessions({}, { cookie: { secure: true, partitioned: true, sameSite: 'strict' } })
    const ways: Readonly<Record<string, Handler>> = {
      'POST /with': made.withSession(async (_request, { session }) => {
        await session.login('ada', { remember: true })
        ;(await ownCookies()).set({ name: 'own', value: '1', path: '/' })
        return new Response('done', { headers: { 'set-cookie': 'third=3' } })
      }),
      'POST /update': async () => {
        await made.updateSession(async (session) => await session.login('ada', { remember: true }))
        ;(await ownCookies()).set({ name: 'own', value: '1', path: '/' })
        return new Response('done', { headers: { 'set-cookie': 'third=3' } })
      },
    }
    for (const way of ['/with', '/update']) {
      const { cookies: set } = await (await browserOf(ways)).ask('POST', way, { 'x-forwarded-proto': 'https' })
      const [own, ...others] = [...set].sort()
      const parts = (own ?? '').split('; ').filter((part) => !part.startsWith('Expires='))
      expect(
        parts
          .slice(1)
          .map((part) => part.toLowerCase())
          .sort(),
        way,
      ).toEqual([...['httponly', 'max-age=7776000', 'partitioned', 'path=/', 'samesite=strict', 'secure']])
      expect([parts[0], others.map((each) => each.split(';', 1)[0])], way).toEqual([
        expect.stringMatching(/^__Host-sid=u1\.[\w.-]+$/),
        ['own=1', 'third=3'],
      ])
    }
  })

  it('wrapped twice has it once, and what Next.js gives it', async () => {
    const { withSession } = madeSessions()
    const inner = withSession<{ readonly params: Promise<unknown> }>(async (_request, { session, params }) => {
      session.views = 1
      return Response.json(await params)
    })
    const browser = await browserOf({ 'GET /': withSession(inner) })
    const { cookies: set, json, status } = await browser.ask('GET', '/')
    expect([status, set.length, json]).toEqual([200, 1, {}])
  })

  it('loads it when it asks, where that was left to it', async () => {
    const { redstart } = madeSessions()
    const { withSession } = nextSessions(redstart, { load: 'lazy' })
    withSession((_request, { session }) => {
      expectTypeOf(session).toEqualTypeOf<() => Promise<Session<Fields> | undefined>>()
      return new Response()
    })
    const handler = withSession(async (_request, { session }) => Response.json((await session())?.views ?? 'none'))
    const plain = withSession(() => new Response('plain'))
    const browser = await browserOf({ 'GET /': handler, 'GET /plain': plain })
    expect([(await browser.ask('GET', '/')).json, (await browser.ask('GET', '/plain')).headers['vary']]).toEqual([
      'none',
      undefined,
    ])
  })

  it('shares its sessions with pages and actions', async () => {
    const made = madeSessions()
    const page = new NextBrowser()
    await page.act(async () => await made.updateSession(async (session) => await session.login('ada')))
    const browser = await browserOf({ 'GET /who': who(made) })
    expect((await browser.ask('GET', '/who', { cookie: page.cookie })).json).toEqual({
      userId: 'ada',
    } satisfies Page['json'])
  })
})
