import '../next-environment.ts'
import { createCacheHandlers } from '@redstart/next/handlers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cacheResponse, cacheTags } from '../../src/http.ts'
import { closeRuntime } from '../../src/runtime/runtime.ts'
import { nextSessions } from '../../src/session/index.ts'
import { type Handler, PREVIEW } from '../route/next-server.ts'
import { runningApp } from '../route/running-app.ts'
import { cachedApp, instance, signal, STORED } from './cached-app.ts'

const HIT = '200 1 Redstart; hit; ttl'

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
