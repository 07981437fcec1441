import '../next-environment.ts'
import { createRedstart, fixedWindow } from '@redstart/core'
import { createCacheHandlers } from '@redstart/next/handlers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type CacheRouteOptions, cacheResponse, cacheTags, limitRoute } from '../../src/http.ts'
import { closeRuntime } from '../../src/runtime/runtime.ts'
import { nextSessions } from '../../src/session/index.ts'
import { type Handler, PREVIEW } from '../route/next-server.ts'
import { runningApp } from '../route/running-app.ts'

const KEY = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc='
type Instance = ReturnType<typeof instance>

function instance(): ReturnType<typeof createRedstart> {
  const redstart = createRedstart({ keys: KEY })
  onTestFinished(async () => await redstart.close())
  return redstart
}

/** Answers with how often its handler ran. */
async function cachedApp(
  redstart: Instance,
  options: CacheRouteOptions,
  handler: Handler = async () => new Response(),
): Promise<(init?: RequestInit) => Promise<string>> {
  let runs = 0
  const counted: Handler = async (request, context) => {
    runs += 1
    const n = runs
    const answer = await handler(request, context)
    return new Response(`${n}`, { status: answer.status, headers: answer.headers })
  }
  const ask = await runningApp({ '/': { GET: cacheResponse(redstart, options, counted) } })
  return async (init) => {
    const answer = await ask('/', init)
    return `${answer.status} ${await answer.text()} ${answer.headers.get('cache-status')?.replace(/ttl=\d+/, 'ttl') ?? ''}`
  }
}

const HIT = '200 1 Redstart; hit; ttl'
const STORED = '200 1 Redstart; fwd=uri-miss; stored'

describe('a cached route handler of Next.js', () => {
  it('is dropped by the tags of Next.js', async () => {
    const redstart = instance()
    const settings = {
      id: 'cached-routes',
      namespace: 'next',
      retention: 60_000,
      maxEntryBytes: 10_000,
      deploymentId: '',
    }
    const next = createCacheHandlers({ config: () => Promise.resolve({ default: redstart }), settings })
    onTestFinished(async () => await closeRuntime('cached-routes'))
    const ask = await cachedApp(redstart, { ttl: '1m' }, async (request) => {
      cacheTags(request, 'dish:42')
      return new Response()
    })
    expect([await ask(), await ask()]).toEqual([STORED, HIT])
    await next.updateTags(['dish:42'])
    expect(await ask()).toMatch(/^200 2 /)
  })

  it('is not stored where it was made from a session that getSession() gave', async () => {
    const redstart = instance()
    const { getSession } = nextSessions(redstart)
    const ask = await cachedApp(redstart, { ttl: '1m' }, async () => Response.json((await getSession()).userId ?? null))
    expect(await ask()).toBe('200 1 Redstart; fwd=uri-miss; detail=session')
    expect(await ask()).toMatch(/^200 2 /)
  })

  it('is not stored where it sets a cookie through cookies(), unless it is to be stored without', async () => {
    const { cookies } = await import('#next/headers')
    const setting: Handler = async () => {
      ;(await cookies()).set({ name: 'seen', value: '1', path: '/', httpOnly: true, secure: false, sameSite: 'lax' })
      return new Response()
    }
    const ask = await cachedApp(instance(), { ttl: '1m' }, setting)
    expect([await ask(), await ask()]).toEqual([expect.stringMatching(/^200 1 /), expect.stringMatching(/^200 2 /)])
    const stripping = await cachedApp(instance(), { ttl: '1m', stripSetCookie: true }, setting)
    expect([await stripping(), await stripping()]).toEqual([STORED, HIT])
  })

  it('is neither looked for nor stored for an editor who looks at drafts, and who only says so is none', async () => {
    const ask = await cachedApp(instance(), { ttl: '1m', cookies: 'ignore' })
    const editor = { headers: { cookie: `__prerender_bypass=${PREVIEW}` } }
    expect([await ask(editor), await ask()]).toEqual(['200 1 ', '200 2 Redstart; fwd=uri-miss; stored'])
    expect(await ask({ headers: { cookie: '__prerender_bypass=1' } })).toBe('200 2 Redstart; hit; ttl')
    expect(await ask(editor)).toBe('200 3 ')
  })

  it('is one for each route and its parameters, whatever URL led there', async () => {
    const redstart = instance()
    const handler = cacheResponse(redstart, { ttl: '1m' }, async (_request: Request, { params }: Params) =>
      Response.json(await params),
    )
    const languages = ['en', 'de', 'en', 'de']
    const GET: Handler = async (request) => {
      const lang = request.headers.get('accept-language') ?? ''
      return await handler(request, { params: Promise.resolve({ lang }) })
    }
    const ask = await runningApp({ '/': { GET } })
    const answers: unknown[] = []
    for (const lang of languages) answers.push(await (await ask('/', { headers: { 'accept-language': lang } })).json())
    expect(answers).toEqual(languages.map((lang) => ({ lang })))
  })

  it('is served in place of what a handler throws, which is told nonetheless', async () => {
    const errors: unknown[] = []
    let fails = false
    const options = { ttl: '1ms', staleIfError: '1m', onError: (error: unknown) => void errors.push(error) } as const
    const ask = await cachedApp(instance(), options, async () => {
      if (fails) throw new Error('the kitchen burns')
      return new Response()
    })
    expect(await ask()).toBe(STORED)
    fails = true
    await expect.poll(async () => await ask(), { timeout: 20_000 }).toMatch(/^200 1 Redstart; hit; ttl=-/)
    expect(String(errors[0])).toContain('the kitchen burns')
  })
})

type Params = { readonly params: Promise<unknown> }

const signal = (digest: string): Error => Object.assign(new Error('a signal'), { digest })

describe("a cached route handler whose answer is somebody's", () => {
  /** How one who is signed in and then a guest are answered, by a handler that answers for `userId`. */
  async function adaAndGuest(
    handlerOf: (sessions: ReturnType<typeof nextSessions>) => Handler,
    options: CacheRouteOptions = {},
  ): Promise<readonly string[]> {
    const redstart = instance()
    const sessions = nextSessions(redstart, { cookie: { secure: false } })
    const POST = sessions.withSession(async (_request, { session }) => {
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

  it('is stored for each of those whom an async user() finds, and for nobody else', async () => {
    const redstart = instance()
    const { getSession, withSession } = nextSessions(redstart, { cookie: { secure: false } })
    const POST = withSession(async (request, { session }) => {
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

describe('what a handler looks at is seen', () => {
  /** What a visitor is told of the cache who sends a cookie and another header. */
  async function cameOfIt(handler: Handler, around = (inner: Handler) => inner): Promise<string | null> {
    const GET = cacheResponse(instance(), { ttl: '1m', audit: 'strict', cookies: 'ignore' }, handler)
    const ask = await runningApp({ '/': { GET: around(GET) } })
    return (await ask('/', { headers: { cookie: 'theme=dark', 'x-lang': 'en' } })).headers.get('cache-status')
  }
  const UNKEYED = 'Redstart; fwd=uri-miss; detail=unkeyed-input'

  it.each<[string, (request: Request) => unknown]>([
    ['a clone', (request) => request.clone().headers.get('x-lang')],
    ['a clone of a clone', (request) => request.clone().clone().headers.get('x-lang')],
    ['a copy of the headers', (request) => new Headers(request.headers).get('x-lang')],
  ])('in %s', async (_, look) => {
    expect(await cameOfIt((request) => Response.json(look(request)))).toBe(UNKEYED)
  })

  it('through cookies(), though something in front has asked for them', async () => {
    const { cookies } = await import('#next/headers')
    const themed: Handler = async () => Response.json((await cookies()).get('theme')?.value)
    const asked =
      (inner: Handler): Handler =>
      async (request, context) => {
        await cookies()
        return await inner(request, context)
      }
    expect([await cameOfIt(themed), await cameOfIt(themed, asked)]).toEqual([UNKEYED, UNKEYED])
  })

  it('and nothing that it has not looked at', async () => {
    expect(await cameOfIt((request) => new Response(request.clone().url))).toBe('Redstart; fwd=uri-miss; stored')
  })
})

describe('what Next.js throws to go elsewhere', () => {
  it.each([
    ['NEXT_REDIRECT;replace;/login;307;', 307, '/login'],
    ['NEXT_REDIRECT;push;/a;b;308;', 308, '/a;b'],
    ['NEXT_HTTP_ERROR_FALLBACK;404', 404, null],
    ['NEXT_HTTP_ERROR_FALLBACK;401', 401, null],
  ])('leaves with what policies give: %s', async (digest, status, location) => {
    const GET = cacheResponse(instance(), {}, async () => {
      throw signal(digest)
    })
    const answer = await (await runningApp({ '/': { GET } }))('/')
    expect([answer.status, answer.headers.get('location')]).toEqual([status, location])
    expect(answer.headers.get('cache-status')).toContain('Redstart')
  })

  it('sends who has sent a form to a page that is asked for by GET', async () => {
    const POST = cacheResponse(instance(), {}, async () => {
      throw signal('NEXT_REDIRECT;push;/done;307;')
    })
    const form = new FormData()
    form.set('dish', 'soup')
    const answer = await (await runningApp({ '/': { POST } }))('/', { method: 'POST', body: form })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/done'])
  })
})
