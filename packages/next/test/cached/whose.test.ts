import '../next-environment.ts'
import { createRedstart, fixedWindow } from '@redstart/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type CacheRouteOptions, cacheResponse, limitRoute } from '../../src/http.ts'
import { type NextSessions, nextSessions } from '../../src/session/index.ts'
import type { Handler } from '../route/next-server.ts'
import { runningApp } from '../route/running-app.ts'
import { cachedApp, instance, KEY, signal, STORED } from './cached-app.ts'

describe("a cached route handler whose answer is somebody's", () => {
  /** How one who is signed in and then a guest are answered, by a handler that answers for `userId`. */
  async function adaAndGuest(
    handlerOf: (sessions: NextSessions<object>) => Handler,
    options: CacheRouteOptions = {},
  ): Promise<readonly string[]> {
    const redstart = instance()
    const sessions = nextSessions(redstart, { cookie: { secure: false } })
    const POST = sessions.withSession<Params>(async (_request: Request, { session }: Given) => {
      await session.login('ada')
      return new Response()
    })
    const GET = cacheResponse(redstart, { ttl: '1m', ...options }, handlerOf(sessions))
    const ask = await runningApp({ '/': { GET }, '/login': { POST } })
    const cookie = (await ask('/login', { method: 'POST' })).headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    const answers: string[] = []
    for (const headers of [{ cookie }, undefined]) {
      const answer = await ask('/', headers && { headers })
      answers.push(`${answer.status} ${answer.headers.get('location') ?? ''}${await answer.text()}`)
    }
    return answers
  }

  it('is not stored where redirect() leads where the session says', async () => {
    const answers = await adaAndGuest(({ getSession }) => async () => {
      throw signal(`NEXT_REDIRECT;replace;/${(await getSession()).userId ?? 'guest'};308;`)
    })
    expect(answers).toEqual(['308 /ada', '308 /guest'])
  })

  it('is not stored where notFound() is for those who are signed in', async () => {
    const answers = await adaAndGuest(({ getSession }) => async () => {
      if ((await getSession()).userId !== undefined) throw signal('NEXT_HTTP_ERROR_FALLBACK;404')
      return new Response('yours')
    })
    expect(answers).toEqual(['404 ', '200 yours'])
  })

  it('is not stored where its stream looks at the session when the head has left', async () => {
    const answers = await adaAndGuest(({ getSession }) => () => {
      const start = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        controller.enqueue(new TextEncoder().encode((await getSession()).userId ?? 'guest'))
        controller.close()
      }
      return new Response(new ReadableStream({ start }))
    })
    expect(answers).toEqual(['200 ada', '200 guest'])
  })

  it('is not stored where withSession() came after the look', async () => {
    const answers = await adaAndGuest(({ getSession, withSession }) => {
      const inner = withSession(() => new Response())
      return async (request, context) => {
        const { userId = 'guest' } = await getSession()
        await inner(request, context)
        return new Response(userId)
      }
    })
    expect(answers).toEqual(['200 ada', '200 guest'])
  })

  it('is not stored where withSession() looked for a request that the handler has made', async () => {
    const answers = await adaAndGuest(({ withSession }) => {
      const inner = withSession<Params>(
        (_request: Request, { session }: Given) => new Response(session.userId ?? 'guest'),
      )
      return async ({ url, headers }, context) => {
        const answer = await inner(new Request(url, { headers }), context)
        return new Response(await answer.text())
      }
    })
    expect(answers).toEqual(['200 ada', '200 guest'])
  })

  it('is stored for each of those whom an async user() finds, and for nobody else', async () => {
    const redstart = instance()
    const { getSession, withSession } = nextSessions(redstart, { cookie: { secure: false } })
    const POST = withSession<Params>(async (request: Request, { session }: Given) => {
      await session.login(new URL(request.url).searchParams.get('id') ?? '')
      return new Response()
    })
    let runs = 0
    const options = { ttl: '1m', user: async () => (await getSession()).userId } as const
    const GET = cacheResponse(redstart, options, async () => {
      runs += 1
      return new Response(`${runs} ${(await getSession()).userId}`)
    })
    const ask = await runningApp({ '/': { GET }, '/login': { POST } })
    const cookieOf = async (id: string): Promise<string> =>
      (await ask(`/login?id=${id}`, { method: 'POST' })).headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    const [ada, bob] = [await cookieOf('ada'), await cookieOf('bob')]
    const answers: string[] = []
    for (const cookie of [ada, bob, ada, '', '', bob])
      answers.push(await (await ask('/', { headers: { cookie } })).text())
    expect(answers).toEqual(['1 ada', '2 bob', '1 ada', '3 undefined', '4 undefined', '2 bob'])
  })

  it('is answered as what an async user() rejects with means', async () => {
    const redstart = instance()
    const { getSession } = nextSessions(redstart)
    const user = async (): Promise<string> => (await getSession()).requireUser()
    const ask = await cachedApp(redstart, { ttl: '1m', user })
    expect(await ask()).toMatch(/^401 /)
    const untyped = (options: object): CacheRouteOptions => options
    expect(() => cacheResponse(redstart, untyped({ user: 'ada' }), () => new Response())).toThrow(/user/)
  })

  it('is made anew behind the back of whom an async user() finds', async () => {
    const ask = await cachedApp(instance(), { ttl: '1ms', stale: '1m', user: async () => await Promise.resolve('ada') })
    expect(await ask()).toBe(STORED)
    await expect.poll(async () => await ask(), { timeout: 20_000 }).toMatch(/^200 [2-9]\d* Redstart; hit/)
  })

  it('is not stored where a limit in front has looked at the session, unless it is stored for its user', async () => {
    const redstart = createRedstart({ keys: KEY, policies: { many: fixedWindow({ limit: 1000, window: '1h' }) } })
    onTestFinished(async () => await redstart.close())
    const { getSession } = nextSessions(redstart)
    const who = async (): Promise<string> => (await getSession()).userId ?? 'guest'
    const behind = (options: CacheRouteOptions): Handler => {
      const limits = { policies: 'many', key: who } as const
      return limitRoute(
        redstart,
        limits,
        cacheResponse(redstart, { ttl: '1m', ...options }, () => new Response()),
      )
    }
    const ask = await runningApp({ '/all': { GET: behind({}) }, '/own': { GET: behind({ user: who }) } })
    const said = async (path: string): Promise<string | null> => (await ask(path)).headers.get('cache-status')
    const refused = 'Redstart; fwd=uri-miss; detail=session'
    expect([await said('/all'), await said('/all')]).toEqual([refused, refused])
    expect([await said('/own'), await said('/own')]).toEqual([
      'Redstart; fwd=uri-miss; stored',
      expect.stringMatching(/^Redstart; hit/),
    ])
  })

  it('is not stored where it sets a cookie through cookies() and goes elsewhere', async () => {
    const { cookies } = await import('#next/headers')
    const ask = await cachedApp(instance(), { ttl: '1m' }, async () => {
      ;(await cookies()).set({ name: 'seen', value: '1', path: '/', httpOnly: true, secure: false, sameSite: 'lax' })
      throw signal('NEXT_REDIRECT;replace;/x;308;')
    })
    const refused = '308  Redstart; fwd=uri-miss; detail=handler'
    expect([await ask(), await ask()]).toEqual([refused, refused])
  })
})

/** What withSession() gives, as far as it matters here. */
interface Given {
  readonly session: { readonly userId: string | undefined; login(id: string): Promise<unknown> }
}
interface Params {
  readonly params: Promise<unknown>
}
