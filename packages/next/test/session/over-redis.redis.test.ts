import { NextBrowser, proxyRequest, redirect } from './next-request.ts'
import { createHmac, randomUUID } from 'node:crypto'
import type { RedstartOptions, SessionOptions } from '@redstart/core'
import { redis } from '@redstart/core/redis'
import { faultProxy, type FaultProxy, type RedisServer, startRedis } from '@redstart/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { loadExpress } from '../../../express/test/express-app.ts'
import { sessionAdapter } from '../../../express/test/session/adapter.ts'
import { Browser } from './http-browser.ts'
import { type Fields, type MadeSessions, madeSessions } from './made-sessions.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(async () => await server.stop())

const KEYS = Buffer.alloc(32, 5).toString('base64')

function own(sessions: SessionOptions<Fields> = {}): RedstartOptions<Fields> & { app: string } {
  return { app: `app-${randomUUID()}`, keys: KEYS, backend: redis(server.url), sessions }
}

describe('where Redis does not answer', () => {
  interface Cut {
    readonly made: MadeSessions
    readonly user: NextBrowser
    readonly proxy: FaultProxy
    readonly errors: readonly unknown[]
  }

  /** A user is signed in. Whatever is asked of Redis takes the deadline, once its way there is cut. */
  async function cuttable(how: SessionOptions<Fields> = {}, deadline: '250ms' | '10s' = '250ms'): Promise<Cut> {
    const proxy = await faultProxy(server.url)
    onTestFinished(async () => await proxy.stop())
    const errors: unknown[] = []
    const options = own(how)
    const direct = madeSessions(options)
    const made = madeSessions(
      { ...options, backend: redis(proxy.url), deadline },
      { onError: (error) => void errors.push(error) },
    )
    const user = new NextBrowser()
    await user.act(async () => await direct.updateSession(async (session) => await session.login('ada')))
    expect(user.jar.size).toBe(1)
    return { made, user, proxy, errors }
  }

  async function stalled(how?: SessionOptions<Fields>): Promise<Cut> {
    const cut = await cuttable(how)
    cut.proxy.set({ blackHole: true })
    return cut
  }

  const OUTAGE = expect.objectContaining({ code: expect.stringMatching(/^STORE_(TIMEOUT|UNAVAILABLE)$/), status: 503 })

  it('a page is told so in time, once for all of its components', async () => {
    const { made, user } = await stalled()
    const begun = performance.now()
    const reading = user.page(async () => await Promise.allSettled(Array.from({ length: 5 }, made.getSession)))
    const reasons = (await reading).map((read): unknown => (read.status === 'rejected' ? read.reason : undefined))
    expect(reasons).toEqual([OUTAGE, OUTAGE, OUTAGE, OUTAGE, OUTAGE])
    expect(new Set(reasons).size).toBe(1)
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  it("a page has an empty session with unavailable: 'anonymous', and an action stores nothing of it", async () => {
    const { made, user } = await stalled({ unavailable: 'anonymous' })
    expect((await user.page(made.getSession)).userId).toBeUndefined()
    const { done, cookies } = await user.act(
      async () => await made.updateSession((session) => void (session.views = 1)),
    )
    expect([done, cookies]).toEqual([{ status: 'rejected', reason: OUTAGE }, []])
  })

  it('an action sends nobody on, and signs nobody in', async () => {
    const { made, user } = await stalled()
    const leaving = async (): Promise<void> =>
      await made.updateSession(async (session) => {
        await session.login('eve')
        redirect('/welcome')
      })
    const cookie = user.cookie
    for (const browser of [user, new NextBrowser()]) {
      const { done, cookies } = await browser.act(leaving)
      expect([done, cookies]).toEqual([{ status: 'rejected', reason: OUTAGE }, []])
    }
    expect(user.cookie).toBe(cookie)
  })

  it('what was changed is not stored, and whoever changed it is told', async () => {
    const { made, user, proxy } = await cuttable({}, '10s')
    const changing = async (): Promise<void> =>
      await made.updateSession((session) => {
        session.views = 1
        proxy.set({ reset: true })
        redirect('/saved')
      })
    expect((await user.act(changing)).done).toEqual({ status: 'rejected', reason: OUTAGE })
  })

  it('a proxy goes by the seal, and tells why', async () => {
    const { made, user, errors } = await stalled()
    const proxy = made.proxySession({ load: true, protect: ['/account'], signIn: '/login' })
    const ask = async (cookie: string): Promise<unknown> =>
      [...(await proxy(proxyRequest('/account', { headers: { cookie } }))).headers.keys()][0]
    expect([await ask(user.cookie), await ask('sid=x')]).toEqual(['x-middleware-next', 'location'])
    expect(errors).toEqual([OUTAGE])
  })
})

describe('a session of express-session', () => {
  const SECRET = 'keyboard cat'

  async function former(userId: string): Promise<string> {
    const id = randomUUID()
    const data = { cookie: { originalMaxAge: null, path: '/' }, passport: { user: userId }, views: 7 }
    await server.command('SET', `sess:${id}`, JSON.stringify(data), 'EX', '3600')
    const signature = createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '')
    return `connect.sid=${encodeURIComponent(`s:${id}.${signature}`)}`
  }

  it('is brought over by an action, not by a page, which could set no cookie', async () => {
    const { getSession, updateSession } = madeSessions(own({ import: { secret: SECRET } }))
    const browser = new NextBrowser([(await former('ada')).split('=', 2) as [string, string]])
    expect((await browser.page(getSession)).userId).toBeUndefined()
    const { done, cookies } = await browser.act(
      async () => [(await getSession()).views, await updateSession(({ views }) => views)],
      async () => (await getSession()).userId,
    )
    expect([done, cookies.length]).toEqual([{ status: 'fulfilled', value: [undefined, 7] }, 2])
    expect([[...browser.jar.keys()], (await browser.page(getSession)).userId]).toEqual([['sid'], 'ada'])
  })

  it('is brought over by the proxy, and found by whatever answers the same request', async () => {
    const { getSession, proxySession } = madeSessions(own({ import: { secret: SECRET } }))
    const proxy = proxySession({ load: true, protect: ['/account'], signIn: '/login' })
    const cookie = `theme=dark; ${await former('ada')}; a=b`
    const answer = await proxy(proxyRequest('/account', { headers: { cookie, 'x-own': 'kept' } }))
    const seen = answer.headers.get('x-middleware-request-cookie') ?? ''
    expect(seen).toMatch(/^theme=dark; a=b; sid=u1\.[\w.-]+$/)
    expect(answer.headers.getSetCookie().map((set) => set.split('=', 1)[0])).toEqual(['sid', 'connect.sid'])
    const names = answer.headers.get('x-middleware-override-headers')?.split(',')
    expect([names && [...names].sort(), answer.headers.get('x-middleware-request-x-own')]).toEqual([
      ['cookie', 'x-own'],
      'kept',
    ])
    const page = new NextBrowser()
    expect((await page.page(getSession, { headers: { cookie: seen } })).views).toBe(7)
  })

  it('is found by what a handler of the app lets through, with the headers that it says', async () => {
    const { proxySession } = madeSessions(own({ import: { secret: SECRET } }))
    const headers = {
      'x-middleware-next': '1',
      'x-middleware-override-headers': 'x-own',
      'x-middleware-request-x-own': '1',
    }
    const proxy = proxySession({ load: true }, () => new Response(null, { headers }))
    const answer = await proxy(proxyRequest('/', { headers: { cookie: await former('ada'), other: '1' } }))
    expect(answer.headers.get('x-middleware-override-headers')).toBe('x-own,cookie')
    expect(answer.headers.get('x-middleware-request-cookie')).toMatch(/^sid=u1\./)
    const elsewhere = proxySession({ load: true }, () => new Response('whole', { status: 418 }))
    const whole = await elsewhere(proxyRequest('/', { headers: { cookie: await former('ada') } }))
    expect([whole.headers.has('x-middleware-request-cookie'), whole.headers.getSetCookie().length]).toEqual([false, 2])
  })
})

describe('beside Express', () => {
  it('a log-in there is one here, and the other way round, and so is its end', async () => {
    const options = own()
    const { getSession, updateSession, redstart } = madeSessions(options)
    const adapter = sessionAdapter(await loadExpress('express'))
    const { port, close } = await adapter.start({
      ...{ redstart, options: { onError: () => {} }, trustsProxy: false },
      routes: [
        {
          method: 'GET',
          path: '/who',
          handle: async ({ session }) => ({ kind: 'json', value: { userId: session.userId, views: session.views } }),
        },
        {
          method: 'POST',
          path: '/login',
          handle: async ({ session }) => {
            session.views = 1
            await session.login('grace')
            return { kind: 'json', value: {} }
          },
        },
      ],
    })
    onTestFinished(close)
    const here = new NextBrowser()
    await here.act(async () => {
      await updateSession(async (session) => await session.login('ada'))
      await updateSession((session) => void (session.views = 5))
    })
    const express = new Browser(port)
    expect((await express.ask('GET', '/who', { cookie: here.cookie })).json).toEqual({ userId: 'ada', views: 5 })
    await express.ask('POST', '/login')
    const there = new NextBrowser(express.jar)
    const { userId, views } = await there.page(getSession)
    expect([userId, views]).toEqual(['grace', 1])
    await there.copy().act(async () => await updateSession(async (session) => await session.logout()))
    expect((await express.ask('GET', '/who')).json).toEqual({})
  })
})
